#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""Generate C accessors for the bit layouts in kernel/api/caps.toml.

usage: bitgen.py --word-size 32|64 caps.toml output.h

For a capability `endpoint` with a field `badge` the header has
    cap_is_endpoint(cap), endpoint_cap(ptr, badge, rights)   constructor, fields in file order
    endpoint_cap_badge(cap), endpoint_cap_set_badge(cap, v)  reader; writer (returns the new cap)
A `node` has the same without a tag. Overlaps and fields outside a word are refused.
"""

import argparse
import re
import sys
import tomllib

FIELD = re.compile(r"^(\d):(\d+):(\d+)(?:<<(\d+))?(s?)$")


class Field:
    """One bit field: where it is and how the stored bits relate to the value."""

    def __init__(self, owner, name, text, word_bits):
        match = FIELD.match(text)
        if not match:
            sys.exit(f"bitgen: {owner}.{name}: cannot read '{text}'")
        self.name = name
        self.word, self.low, self.width = (int(match[i]) for i in (1, 2, 3))
        self.shift = int(match[4] or 0)
        self.signed = match[5] == "s"
        self.word_bits = word_bits
        if self.word > 1 or self.low + self.width > word_bits:
            sys.exit(f"bitgen: {owner}.{name}: does not fit in a {word_bits}-bit word")
        if self.signed and self.low + self.width != word_bits:
            sys.exit(f"bitgen: {owner}.{name}: a signed field must end at the top bit")

    def mask(self):
        return ((1 << self.width) - 1) << self.low

    def get(self, src):
        """C expression of the field's value in the object `src`."""
        word = f"{src}.w[{self.word}]"
        top = self.low + self.width == self.word_bits
        if self.signed:
            return f"(word_t)((sword_t){word} >> {self.low})"
        if self.width == self.word_bits:
            return word
        if self.low == self.shift:
            if self.low and top:
                return f"{word} & ~{hexa((1 << self.low) - 1)}"
            return f"{word} & {hexa(self.mask())}"
        value = f"{word} >> {self.low}" if self.low else word
        if not top:
            value = f"({value}) & {hexa((1 << self.width) - 1)}"
        return f"({value}) << {self.shift}" if self.shift else value

    def put(self, value):
        """C expression of the stored bits for `value` (excess bits are dropped)."""
        top = self.low + self.width == self.word_bits
        if self.width == self.word_bits:
            return value
        if self.low == self.shift:
            if top:
                return f"({value} & ~{hexa((1 << self.low) - 1)})" if self.low else value
            return f"({value} & {hexa(self.mask())})"
        value = f"({value} >> {self.shift})" if self.shift else value
        if not top:
            value = f"({value} & {hexa((1 << self.width) - 1)})"
        return f"({value} << {self.low})" if self.low else value


def hexa(number):
    return f"(word_t)0x{number:x}u" if number < 1 << 32 else f"(word_t)0x{number:x}ull"


def layout(owner, spec, word_bits, taken):
    """Fields of `owner`, checked for overlap with each other and with the tag bits `taken`."""
    used = [taken, 0]
    fields = []
    for name, text in spec[f"w{word_bits}"].items():
        field = Field(owner, name, text, word_bits)
        if used[field.word] & field.mask():
            sys.exit(f"bitgen: {owner}.{name}: overlaps another field")
        used[field.word] |= field.mask()
        fields.append(field)
    return fields


def emit_type(out, kind, prefix, fields, tag):
    """Constructor, readers and writers of one layout."""
    params = ", ".join(f"word_t {f.name}" for f in fields) or "void"
    words = []
    for index in (0, 1):
        parts = [f.put(f.name) for f in fields if f.word == index]
        if index == 0 and tag:
            parts.insert(0, hexa(tag))
        words.append(" | ".join(parts) or "0")
    out.append(f"static inline {kind} {prefix}({params})\n{{\n"
               f"    return ({kind}){{{{ {words[0]},\n        {words[1]} }}}};\n}}\n")
    for f in fields:
        out.append(f"static inline word_t {prefix}_{f.name}({kind} c)\n{{\n    return {f.get('c')};\n}}\n")
        word = f"c.w[{f.word}]"
        keep = "" if f.width == f.word_bits else f"({word} & ~{hexa(f.mask())}) | "
        out.append(f"static inline {kind} {prefix}_set_{f.name}({kind} c, word_t v)\n{{\n"
                   f"    {word} = {keep}{f.put('v')};\n    return c;\n}}\n")


def emit_tags(out, spec, word_bits):
    """The tag enumeration, cap_tag() and the cap_is_*() tests."""
    rule = spec["tag"][f"w{word_bits}"]
    narrow = (1 << rule["bits"]) - 1
    wide = (1 << rule.get("wide_bits", rule["bits"])) - 1
    names = "".join(f"    CAP_{name.upper()} = {cap['tag'][f'w{word_bits}']}, /* {cap['doc']} */\n"
                    for name, cap in spec["cap"].items())
    out.append(f"enum cap_tag {{\n{names}}};\n")
    expr = f"c.w[0] & {hexa(narrow)}"
    if "wide_nibble" in rule:
        expr = f"({expr}) == {rule['wide_nibble']}u ? c.w[0] & {hexa(wide)} : {expr}"
    out.append(f"static inline word_t cap_tag(cap_t c)\n{{\n    return {expr};\n}}\n")
    for name, cap in spec["cap"].items():
        tag = cap["tag"][f"w{word_bits}"]
        mask = wide if "wide_nibble" in rule and tag & narrow == rule["wide_nibble"] else narrow
        cap["taken"] = mask
        out.append(f"static inline bool cap_is_{name}(cap_t c)\n{{\n    return (c.w[0] & {hexa(mask)}) == {tag}u;\n}}\n")


def generate(spec, word_bits):
    out = ["/* Generated by tools/bitgen.py from kernel/api/caps.toml. */\n"
           "/* SPDX-License-Identifier: Apache-2.0 */\n/* Copyright The KataOS-C authors */\n"
           "#pragma once\n#include <types.h>\n",
           "/* A capability: two words, the tag in the low bits of the first. */\n"
           "typedef struct cap { word_t w[2]; } cap_t;\n"]
    out += [f"/* {node['doc']} */\ntypedef struct {name} {{ word_t w[2]; }} {name}_t;\n"
            for name, node in spec["node"].items()]
    emit_tags(out, spec, word_bits)
    for name, cap in spec["cap"].items():
        fields = layout(name, cap, word_bits, cap["taken"])
        emit_type(out, "cap_t", f"{name}_cap", fields, cap["tag"][f"w{word_bits}"])
    for name, node in spec["node"].items():
        emit_type(out, f"{name}_t", name, layout(name, node, word_bits, 0), 0)
    return "\n".join(out)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--word-size", type=int, choices=(32, 64), required=True)
    parser.add_argument("spec")
    parser.add_argument("output")
    args = parser.parse_args()
    with open(args.spec, "rb") as spec_file:
        text = generate(tomllib.load(spec_file), args.word_size)
    with open(args.output, "w", encoding="utf-8") as out_file:
        out_file.write(text)


if __name__ == "__main__":
    main()
