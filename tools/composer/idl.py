# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""Parser of CAmkES IDL: procedures."""

from errors import ComposeError
from lex import Parser
from model import RETURN_TYPES, SCALARS, Method, Param, Procedure


class IdlParser(Parser):
    """procedure Name { type method(in|out type name[[]], ...); ... };"""

    def parse(self, source):
        while self.next.kind != "end":
            self.expect("procedure")
            self._procedure(source)

    def _procedure(self, source):
        name = self.name("the name of the procedure")
        if name.text in source.procedures:
            raise ComposeError(name.loc, f"procedure {name.text} is already defined at {source.procedures[name.text].loc}")
        procedure = Procedure(name.text, [], name.loc)
        self.expect("{")
        while not self.accept("}"):
            procedure.methods.append(self._method(procedure))
        self.accept(";")
        source.procedures[name.text] = procedure

    def _method(self, procedure):
        ret = self.name("a return type or '}'")
        if ret.text not in RETURN_TYPES:
            raise ComposeError(ret.loc, f"unknown return type {ret} (one of {', '.join(RETURN_TYPES)})")
        name = self.name("the name of the method")
        if any(m.name == name.text for m in procedure.methods):
            raise ComposeError(name.loc, f"method {name.text} is declared twice in procedure {procedure.name}")
        self.expect("(")
        params = []
        while not self.accept(")"):
            if params:
                self.expect(",", " or ')'")
            params.append(self._param(params))
        self.expect(";", " after the method")
        return Method(name.text, ret.text, params, len(procedure.methods), name.loc)

    def _param(self, earlier):
        direction = self.name("'in' or 'out'")
        if direction.text not in ("in", "out"):
            raise ComposeError(direction.loc, f"a parameter begins with 'in' or 'out', found {direction}")
        type_ = self.name("a type")
        if type_.text not in SCALARS and type_.text != "string":
            raise ComposeError(type_.loc, f"unknown type {type_} (one of string, {', '.join(SCALARS)})")
        name = self.name("the name of the parameter")
        array = bool(self.accept("["))
        if array:
            self.expect("]")
        if array and type_.text == "string":
            raise ComposeError(type_.loc, "arrays of strings are not supported")
        if any(p.name == name.text for p in earlier):
            raise ComposeError(name.loc, f"parameter {name.text} is declared twice")
        return Param(direction.text, type_.text, name.text, array, name.loc)
