# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""Reads an assembly and everything it imports."""

import os

from adl import AdlParser
from errors import ComposeError, Loc
from idl import IdlParser
from model import Source


class Loader:
    """Imports are looked for beside the importing file, then along the include path; each file is read once."""

    def __init__(self, include_path):
        self.include_path = include_path
        self.source = Source()
        self._seen = set()

    def read(self, path):
        """Parses one file into the source. Suffix .idl4: procedures, anything else: ADL."""
        self._seen.add(os.path.realpath(path))
        self.source.files.append(path)
        try:
            with open(path, encoding="utf-8") as file:
                text = file.read()
        except OSError as error:
            raise ComposeError(Loc(path, 1), f"cannot read the file: {error.strerror}") from error
        if path.endswith((".idl4", ".idl")):
            IdlParser(text, path).parse(self.source)
        else:
            AdlParser(text, path, lambda name, loc: self._import(name, loc, os.path.dirname(path))).parse(self.source)
        return self.source

    def _import(self, name, loc, folder):
        for base in [folder, *self.include_path]:
            path = os.path.join(base, name)
            if os.path.isfile(path):
                if os.path.realpath(path) not in self._seen:
                    self.read(path)
                return
        searched = ", ".join([folder or ".", *self.include_path])
        raise ComposeError(loc, f"import \"{name}\" not found (looked in {searched})")
