# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""Tokens of CAmkES ADL and IDL, and the small parser base both grammars share."""

import re
from typing import NamedTuple

from errors import ComposeError, Loc

_TOKEN = re.compile(
    r'(?P<space>[ \t\r]+)|(?P<newline>\n)|(?P<comment>//[^\n]*|/\*.*?\*/)'
    r'|(?P<number>0[xX][0-9a-fA-F]+|\d+)|(?P<string>"[^"\n]*")|(?P<word>[A-Za-z_]\w*)|(?P<mark>[{}()\[\];,.=+*-])',
    re.DOTALL)


class Token(NamedTuple):
    """kind: number, string, word, mark or end. text: as written, strings without their quotes."""

    kind: str
    text: str
    loc: Loc

    def __str__(self):
        return "end of file" if self.kind == "end" else f"'{self.text}'"


def tokenize(text, file):
    """All tokens of a file, ended by one of kind "end"."""
    tokens, pos, line = [], 0, 1
    while pos < len(text):
        match = _TOKEN.match(text, pos)
        if not match:
            raise ComposeError(Loc(file, line), f"unexpected character {text[pos]!r}")
        kind, lexeme = match.lastgroup, match.group()
        if kind == "number" and lexeme.isdigit() and lexeme[0] == "0" and lexeme != "0":
            raise ComposeError(Loc(file, line), f"{lexeme}: a decimal number does not begin with 0")
        if kind == "string":
            tokens.append(Token(kind, lexeme[1:-1], Loc(file, line)))
        elif kind in ("number", "word", "mark"):
            tokens.append(Token(kind, lexeme, Loc(file, line)))
        line += lexeme.count("\n")
        pos = match.end()
    tokens.append(Token("end", "", Loc(file, line)))
    return tokens


class Parser:
    """Recursive descent over a token list."""

    def __init__(self, text, file):
        self.tokens = tokenize(text, file)
        self.pos = 0

    @property
    def next(self):
        return self.tokens[self.pos]

    def take(self):
        token = self.next
        if token.kind != "end":
            self.pos += 1
        return token

    def accept(self, text):
        """Consumes the word or mark if it comes next."""
        if self.next.kind in ("word", "mark") and self.next.text == text:
            return self.take()
        return None

    def expect(self, text, after=""):
        token = self.accept(text)
        if not token:
            raise ComposeError(self.next.loc, f"expected '{text}'{after}, found {self.next}")
        return token

    def name(self, what):
        if self.next.kind != "word":
            raise ComposeError(self.next.loc, f"expected {what}, found {self.next}")
        return self.take()

    def string(self, what):
        if self.next.kind != "string":
            raise ComposeError(self.next.loc, f"expected {what} in double quotes, found {self.next}")
        return self.take()
