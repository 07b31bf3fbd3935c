#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""Packs a linked program into a bundle, or shows what is in one.

  pack.py PROGRAM.elf -o NAME.app [--type app|springbok|kelvin] [--manifest FILE] [--sign KEY.pem [--version N]] [-q]
  pack.py --list NAME.app
"""
import argparse
import os
import sys

from elftools.common.exceptions import ELFError
from elftools.elf.constants import P_FLAGS
from elftools.elf.elffile import ELFFile

import bundle
import signature

ELF_RIGHTS = ((P_FLAGS.PF_R, bundle.READ), (P_FLAGS.PF_W, bundle.WRITE), (P_FLAGS.PF_X, bundle.EXECUTE))


def section_of(segment, entry, kind):
    """A PT_LOAD segment as a section; trailing zeros of the data are left to the loader."""
    flags = sum(bit for elf, bit in ELF_RIGHTS if segment["p_flags"] & elf)
    start, size = segment["p_vaddr"], segment["p_memsz"]
    data = segment.data()
    if not flags & bundle.EXECUTE:
        data = data.rstrip(b"\0")
    section = bundle.Section(start, flags, data, size, align=max(segment["p_align"], 1), kind=kind)
    if start <= entry < start + size:
        section.flags |= bundle.ENTRY
        section.entry = entry
    return section


def pack(path, kind):
    with open(path, "rb") as file:
        elf = ELFFile(file)
        if elf["e_machine"] != "EM_RISCV":
            raise ValueError("not a RISC-V program")
        segments = [s for s in elf.iter_segments() if s["p_type"] == "PT_LOAD" and s["p_memsz"]]
        sections = [section_of(s, elf["e_entry"], kind) for s in sorted(segments, key=lambda s: s["p_vaddr"])]
    for section in sections:
        if section.flags & bundle.WRITE and section.flags & bundle.EXECUTE:
            raise ValueError(f"segment at {section.vaddr:#x} is writable and executable: use the SDK's linker script")
    if not any(section.flags & bundle.ENTRY for section in sections):
        raise ValueError("entry point outside of every segment")
    return bundle.chain(sections)


def manifest_of(path):
    with open(path, "rb") as file:
        return bundle.manifest(file.read())


def show(sections, name, size):
    print(f"{name}: {len(sections)} sections, {size} bytes")
    print("  address    in file  in memory  rights  entry")
    for s in sections:
        if s.kind == bundle.SIGNATURE:
            signed = signature.read(s)
            print(f"  signed as {signed.name}, version {signed.version}, by key {signed.key_id.hex()}")
            continue
        if s.kind == bundle.MANIFEST:
            print("  manifest:\n" + "".join(f"    {line}\n" for line in s.data.decode("ascii", "replace").splitlines()), end="")
            continue
        entry = f"{s.entry:#010x}" if s.flags & bundle.ENTRY else ""
        print(f"  {s.vaddr:#010x} {len(s.data):8} {s.msize:10}  {s.rights():6}  {entry}")


def main():
    parser = argparse.ArgumentParser(description="ELF program to bundle")
    parser.add_argument("file")
    parser.add_argument("-o", "--output")
    parser.add_argument("--type", choices=bundle.TYPES, default="app")
    parser.add_argument("--manifest", help="text for the bundle's manifest (manifest-check has looked at it)")
    parser.add_argument("--sign", metavar="KEY.pem", help="private key; the bundle is signed under the name of its file (tools/sign.py can others)")
    parser.add_argument("--version", type=int, default=1, help="for the signature: a bundle is never replaced by a lower one")
    parser.add_argument("--list", action="store_true", help="show a bundle's sections")
    parser.add_argument("-q", "--quiet", action="store_true")
    options = parser.parse_args()
    try:
        if options.list:
            with open(options.file, "rb") as file:
                data = file.read()
            show(bundle.parse(data), options.file, len(data))
            return 0
        if not options.output:
            parser.error("-o is required")
        sections = pack(options.file, bundle.TYPES[options.type])
        if options.manifest:
            sections.insert(0, manifest_of(options.manifest))
        if options.sign:
            import signing              # needs a package that unsigned bundles do not
            name = os.path.splitext(os.path.basename(options.output))[0]
            sections = signing.sign(sections, signing.private_key(options.sign), name, options.version)
        data = bundle.image(sections)
        with open(options.output, "wb") as file:
            file.write(data)
        if not options.quiet:
            show(sections, options.output, len(data))
        return 0
    except (OSError, ValueError, ELFError) as error:
        print(f"pack.py: {options.file}: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
