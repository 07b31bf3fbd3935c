# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""Parser of CAmkES ADL: components, compositions and configurations. Names are resolved later (check.py)."""

from errors import ComposeError
from lex import Parser
from model import Attribute, Component, Connection, End, Instance, Interface, Setting


class AdlParser(Parser):
    """One file. load(name, loc): called for every import."""

    def __init__(self, text, file, load):
        super().__init__(text, file)
        self.load = load

    def parse(self, source):
        while self.next.kind != "end":
            if self.accept("import"):
                path = self.string("a file name")
                self.expect(";", " after the import")
                self.load(path.text, path.loc)
            elif self.accept("component"):
                self._component(source)
            elif self.accept("assembly"):
                self._assembly(source)
            else:
                raise ComposeError(self.next.loc, f"expected 'import', 'component' or 'assembly', found {self.next}")

    # ---- components

    def _component(self, source):
        name = self.name("the name of the component")
        if name.text in source.components:
            raise ComposeError(name.loc, f"component {name.text} is already defined at {source.components[name.text].loc}")
        component = Component(name.text, name.loc)
        self.expect("{")
        while not self.accept("}"):
            self._declaration(component)
        self.accept(";")
        source.components[name.text] = component

    def _declaration(self, component):
        word = self.name("a declaration or '}'")
        optional = word.text == "maybe"
        if optional:
            word = self.name("'uses' or 'provides'")
            if word.text not in ("uses", "provides"):
                raise ComposeError(word.loc, f"expected 'uses' or 'provides', found {word}")
        if word.text in ("control", "hardware"):
            setattr(component, word.text, True)
        elif word.text in ("uses", "provides", "consumes", "emits"):
            self._add(component, Interface(word.text, self.name("a type").text, *self._named(), optional=optional))
        elif word.text == "dataport":
            self._add(component, self._dataport())
        elif word.text == "has":
            self.expect("copyregion")
            self._add(component, Interface("copyregion", "page", *self._named()))
        elif word.text == "attribute":
            self._attribute(component)
        else:
            raise ComposeError(word.loc, f"unknown declaration {word} in component {component.name}")
        self.expect(";", f" after '{word.text}'")

    def _named(self):
        name = self.name("a name")
        return name.text, name.loc

    def _add(self, component, interface):
        other = component.interfaces.get(interface.name) or component.attributes.get(interface.name)
        if other:
            raise ComposeError(interface.loc, f"'{interface.name}' is already declared at {other.loc}")
        component.interfaces[interface.name] = interface

    def _dataport(self):
        type_ = self.name("a dataport type")
        if type_.text != "Buf":
            raise ComposeError(type_.loc, f"unknown dataport type {type_} (only Buf(size) is known)")
        self.expect("(")
        size = self.take()
        if size.kind not in ("number", "word"):
            raise ComposeError(size.loc, f"expected a size in bytes, found {size}")
        self.expect(")")
        return Interface("dataport", "Buf", *self._named(), size=size)

    def _attribute(self, component):
        type_ = self.name("'int' or 'string'")
        if type_.text not in ("int", "string"):
            raise ComposeError(type_.loc, f"unknown attribute type {type_}")
        name, loc = self._named()
        if name in component.attributes or name in component.interfaces:
            raise ComposeError(loc, f"'{name}' is already declared in component {component.name}")
        default = self._value() if self.accept("=") else None
        component.attributes[name] = Attribute(type_.text, name, default, loc)

    # ---- assembly

    def _assembly(self, source):
        self.expect("{")
        while not self.accept("}"):
            if self.accept("composition"):
                self._block(source, self._composition_item)
            elif self.accept("configuration"):
                self._block(source, self._setting)
            else:
                raise ComposeError(self.next.loc, f"expected 'composition', 'configuration' or '}}', found {self.next}")

    def _block(self, source, item):
        self.expect("{")
        while not self.accept("}"):
            item(source)

    def _composition_item(self, source):
        word = self.name("'component', 'connection' or '}'")
        if word.text == "component":
            type_, (name, loc) = self.name("a component type"), self._named()
            if name in source.instances:
                raise ComposeError(loc, f"instance {name} is already declared at {source.instances[name].loc}")
            source.instances[name] = Instance(name, type_.text, loc)
        elif word.text == "connection":
            self._connection(source)
        else:
            raise ComposeError(word.loc, f"expected 'component' or 'connection', found {word}")
        self.expect(";", f" after the {word.text}")

    def _connection(self, source):
        type_, (name, loc) = self.name("a connector type"), self._named()
        if name in source.connections:
            raise ComposeError(loc, f"connection {name} is already declared at {source.connections[name].loc}")
        connection = Connection(type_.text, name, [], [], type_.loc)
        self.expect("(")
        while not self.accept(")"):
            if connection.froms or connection.tos:
                self.expect(",", " or ')'")
            side = self.name("'from' or 'to'")
            if side.text not in ("from", "to"):
                raise ComposeError(side.loc, f"expected 'from' or 'to', found {side}")
            (connection.froms if side.text == "from" else connection.tos).append(self._end())
        source.connections[name] = connection

    def _end(self):
        instance, loc = self._named()
        self.expect(".")
        return End(instance, self.name("an interface").text, loc)

    def _setting(self, source):
        instance, loc = self._named()
        self.expect(".")
        attribute = self.name("an attribute")
        self.expect("=")
        source.settings.append(Setting(instance, attribute.text, self._value(), loc))
        self.expect(";", " after the value")

    def _value(self):
        """int, str, bool, or the token of a named constant."""
        token = self.take()
        if token.kind == "number":
            return int(token.text, 0)
        if token.kind == "string":
            return token.text
        if token.kind == "word":
            return {"true": True, "false": False}.get(token.text, token)
        raise ComposeError(token.loc, f"expected a value, found {token}")
