# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""Errors of the composer: every one names the file and line it is about."""

from typing import NamedTuple


class Loc(NamedTuple):
    """A place in a source file."""

    file: str
    line: int

    def __str__(self):
        return f"{self.file}:{self.line}"


class ComposeError(Exception):
    """A mistake in the assembly, its procedures or its components."""

    def __init__(self, loc, message):
        super().__init__(f"{loc}: error: {message}" if loc else f"error: {message}")
        self.loc = loc
        self.message = message
