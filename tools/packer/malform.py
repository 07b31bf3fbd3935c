#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""Writes one bundle per defect: malform.py OUTPUT_FOLDER [--base APP]

`index.tsv` beside them has a line `file <TAB> message` with the text that the refusal must show (bundle_error_text).
valid.app is a program that exits with code 7. With --base the truncations are made of that application too.
corpus(), accepted() and sized() give the same to tests written in Python."""
import argparse
import copy
import os
import random
import struct
import sys

import bundle
import signature
from bundle import ENTRY, EXECUTE, MORE, PAGE, READ, WRITE, Section

TEXT, RODATA, DATA = 0x10000, 0x11000, 0x12000


def valid_sections():
    return bundle.chain([
        Section(TEXT, READ | EXECUTE | ENTRY, exit_program(), entry=TEXT),
        Section(RODATA, READ, b"constants of no use"),
        Section(DATA, READ | WRITE, bytes(range(1, 200)), msize=3 * PAGE),
    ])


def exit_program():
    """Machine code: exit with code 7."""
    number = 0x4b455854
    upper, lower = (number + 0x800) & ~0xfff, number & 0xfff
    words = [0x00700513,                                # addi a0, zero, 7
             (upper & 0xfffff000) | 17 << 7 | 0x37,     # lui  a7, upper
             lower << 20 | 17 << 15 | 17 << 7 | 0x13,   # addi a7, a7, lower
             0x00000073,                                # ecall
             0x00100073]                                # ebreak
    return struct.pack("<5I", *words)


def edited(index, **fields):
    """The valid image with some fields of one section changed."""
    sections = copy.deepcopy(valid_sections())
    for name, value in fields.items():
        setattr(sections[index], name, value)
    return bundle.image(sections)


def dropped(*indices, chained=True):
    sections = [s for i, s in enumerate(valid_sections()) if i not in indices]
    for s in sections:
        s.flags &= ~MORE
    return bundle.image(bundle.chain(sections) if chained else sections)


def truncations(data, prefix):
    """Cuts at, just before and just behind every boundary of the image."""
    at, count, total = 0, 0, len(bundle.parse(data))
    for section in bundle.parse(data):
        header_end, end = at + bundle.HEADER.size, at + bundle.HEADER.size + len(section.data)
        for cut in (at + 1, at + 8, header_end - 1):
            yield f"{prefix}-{count}-header-{cut - at}", "truncated section header", data[:cut]
        for cut in {header_end, end - 1} if section.data else ():
            yield f"{prefix}-{count}-data-{cut - header_end}", "truncated section data", data[:cut]
        count, at = count + 1, end
        if count < total:
            yield f"{prefix}-{count}-missing", "truncated image: a section is missing", data[:end]


def order_defects():
    text, rodata, data = valid_sections()
    yield "unsorted", "sections not sorted", bundle.image(bundle.chain([text, data, rodata]))
    yield "overlap", "sections overlap", edited(1, vaddr=TEXT + 8)
    yield "overlap-memory", "sections overlap", edited(1, msize=2 * PAGE)
    yield "shared-page", "sections with different rights share a page", edited(1, vaddr=TEXT + 0x800)
    yield "write-execute", "section both writable and executable", edited(2, flags=READ | WRITE | EXECUTE)
    many = [Section(TEXT, READ | EXECUTE | ENTRY, exit_program(), entry=TEXT)]
    many += [Section(RODATA + i * PAGE, READ, b"x") for i in range(16)]
    yield "too-many-sections", "too many sections", bundle.image(bundle.chain(many))


def address_defects():
    yield "zero-page", "section in the zero page", edited(0, vaddr=0)
    yield "kernel-address", "section at a kernel address", edited(2, vaddr=0x80004000)
    yield "kernel-overlap", "section at a kernel address", edited(2, vaddr=0x7ffff000, msize=2 * PAGE)
    yield "high-address", "section at a kernel address", edited(2, vaddr=0x100012000)
    yield "stack-area", "section outside the space for applications", edited(2, vaddr=0x7fff8000)
    yield "wrap-around", "section wraps around the address space", edited(2, vaddr=0xfffff000, msize=2 * PAGE)
    yield "memory-smaller", "section memory smaller than its data", edited(2, msize=10)
    yield "absurd-memory", "absurd section size", edited(2, msize=0x60000000)
    yield "absurd-data", "section memory smaller than its data", edited(2, fsize=0xffffffff)
    yield "absurd-both", "truncated section data", edited(2, fsize=0x01000000, msize=0x01000000)
    yield "no-memory", "absurd section size", edited(1, data=b"", msize=0)


def field_defects():
    valid = bundle.image(valid_sections())
    yield "wrong-magic", "wrong magic number", edited(0, magic=0x0405195710141954)
    yield "wrong-magic-later", "wrong magic number", edited(1, magic=0x1405195710141955)
    yield "wrong-crc", "wrong CRC", edited(1, crc=0x12345678)
    yield "wrong-data", "wrong CRC", valid[:-1] + bytes([valid[-1] ^ 1])
    yield "wrong-type", "wrong type of image", edited(0, kind=bundle.TYPES["kelvin"])
    yield "unknown-flags", "bad section flags", edited(1, flags=READ | MORE | 0x100)
    yield "no-rights", "bad section flags", edited(1, flags=MORE)
    yield "bad-alignment", "alignment is not a power of two", edited(1, align=3)
    yield "no-text", "no executable section", edited(0, flags=READ | ENTRY | MORE)
    yield "no-entry", "no entry point", edited(0, flags=READ | EXECUTE | MORE)
    yield "duplicate-entry", "more than one entry point", edited(1, flags=READ | ENTRY | MORE, entry=TEXT)
    yield "entry-outside", "entry point outside the text", edited(0, entry=TEXT + PAGE)
    yield "entry-in-data", "entry point outside the text", edited(0, entry=DATA)
    yield "entry-behind-data", "entry point outside the text", edited(0, entry=TEXT + 20)
    yield "entry-high", "entry point outside the text", edited(0, entry=0x100010000)
    yield "entry-misaligned", "entry point misaligned", edited(0, entry=TEXT + 1)
    yield "trailing-garbage", "garbage behind the last section", valid + b"garbage"
    yield "trailing-page", "garbage behind the last section", valid + b"\0" * PAGE
    yield "trailing-late", "garbage behind the last section", valid + b"\0" * 100 + b"x"
    yield "empty", "image is empty", b""
    yield "zeros", "image is empty", b"\0" * 512
    yield "text-file", "wrong magic number", b"#!/bin/sh\necho This is no bundle at all, but a script.\n"


def with_manifest(text=b"name = x\n", **fields):
    section = bundle.manifest(text)
    for name, value in fields.items():
        setattr(section, name, value)
    return section


def manifest_defects():
    bad, valid = "bad manifest section", valid_sections()
    for name, fields in {"address": {"vaddr": TEXT}, "entry": {"entry": TEXT}, "memory": {"msize": 9}, "flags": {"flags": MORE | READ},
                         "last": {"flags": 0}}.items():
        yield f"manifest-{name}", bad, bundle.image([with_manifest(**fields), *valid])
    yield "manifest-empty", bad, bundle.image([with_manifest(b""), *valid])
    yield "manifest-long", bad, bundle.image([with_manifest(b"#" * 1025), *valid])
    yield "manifest-twice", bad, bundle.image([with_manifest(), with_manifest(), *valid])
    yield "manifest-late", bad, bundle.image([valid[0], with_manifest(), *valid[1:]])
    yield "manifest-crc", "wrong CRC", bundle.image([with_manifest(crc=1), *valid])
    yield "manifest-alone", "truncated image: a section is missing", bundle.image([with_manifest()])
    yield from truncations(bundle.image([with_manifest(), *valid]), "manifest")


def with_signature(sections, *, before=(), name="valid-signed", key_id=b"nobody\0\0", **fields):
    """A signature section as the reader wants it, from nobody: what takes a key to see is in test_sign.py."""
    made = signature.Signature(1, key_id, name, [signature.hash_of(section) for section in sections], bytes(64))
    section = made.section()
    for field, value in fields.items():
        setattr(section, field, value)
    return [*before, section, *sections]


def signature_defects():
    bad, valid = "malformed signature section", valid_sections()
    for name, fields in {"address": {"vaddr": TEXT}, "entry": {"entry": TEXT}, "memory": {"msize": 300}, "flags": {"flags": MORE | READ},
                         "last": {"flags": 0}, "alignment": {"align": PAGE}, "empty": {"data": b""}, "short": {"data": bytes(179)},
                         "long": {"data": bytes(148 + 32 * 17 + 1)}}.items():
        yield f"signature-{name}", bad, bundle.image(with_signature(valid, **fields))
    data = with_signature(valid)[0].data
    yield "signature-format", bad, bundle.image(with_signature(valid, data=data[:3] + b"\2" + data[4:]))
    yield "signature-count", bad, bundle.image(with_signature(valid, data=data[:83] + b"\2" + data[84:]))
    yield "signature-more", bad, bundle.image(with_signature(valid, data=data + bytes(32)))
    yield "signature-of-less", bad, bundle.image([*with_signature(valid[:2])[:1], *valid])
    yield "signature-of-manifest", bad, bundle.image([*with_signature(valid)[:1], with_manifest(), *valid])
    yield "signature-twice", bad, bundle.image([with_signature(valid)[0], *with_signature(valid)])
    yield "signature-late", bad, bundle.image(with_signature(valid, before=[with_manifest()]))
    yield "signature-last", bad, bundle.image([*valid[:2], with_signature(valid)[0], valid[2]])
    yield "signature-crc", "wrong CRC", bundle.image(with_signature(valid, crc=1))
    yield "signature-alone", "truncated image: a section is missing", bundle.image(with_signature(valid)[:1])
    yield from truncations(bundle.image(with_signature([with_manifest(), *valid])), "signed")


def corpus(base=None):
    """(name, message, bytes) of every malformed image."""
    yield from order_defects()
    yield from address_defects()
    yield from field_defects()
    yield from manifest_defects()
    yield from signature_defects()
    yield from truncations(bundle.image(valid_sections()), "truncated")
    if base is not None:
        yield from truncations(base, "base")


def accepted():
    """(name, bytes) of images that look odd and are right."""
    valid = bundle.image(valid_sections())
    yield "valid", valid
    yield "valid-manifest", bundle.image([with_manifest(b"name = valid-manifest\n"), *valid_sections()])
    yield "valid-signed", bundle.image(with_signature(valid_sections()))
    yield "valid-signed-manifest", bundle.image(with_signature([with_manifest(b"name = valid-signed-manifest\n"), *valid_sections()],
                                                               name="valid-signed-manifest"))
    yield "valid-padded", valid + b"\0" * 1000
    yield "valid-unchained", dropped(chained=False)
    yield "valid-text-only", dropped(1, 2)
    yield "valid-type-0", bundle.image(bundle.chain([Section(TEXT, READ | EXECUTE | ENTRY, exit_program(), entry=TEXT, kind=0)]))
    yield "valid-shared-page", edited(2, vaddr=RODATA + 0x800, flags=READ)
    yield "valid-unaligned", edited(2, vaddr=DATA + 0x123)


def sized(size, seed=1):
    """A valid, runnable image (exits with code 7) of exactly that many bytes, filled with noise: for transfer tests."""
    text = Section(TEXT, READ | EXECUTE | ENTRY, exit_program(), entry=TEXT)
    rest = size - 2 * bundle.HEADER.size - len(text.data)
    return bundle.image(bundle.chain([text, Section(RODATA, READ, random.Random(seed).randbytes(rest))]))


def main():
    parser = argparse.ArgumentParser(description="malformed bundles")
    parser.add_argument("folder")
    parser.add_argument("--base")
    options = parser.parse_args()
    base = None
    if options.base:
        with open(options.base, "rb") as file:
            base = file.read()
    os.makedirs(options.folder, exist_ok=True)
    with open(os.path.join(options.folder, "index.tsv"), "w", encoding="ascii") as index:
        for name, message, data in [*corpus(base), *((n, "image is valid", d) for n, d in accepted())]:
            with open(os.path.join(options.folder, name + ".app"), "wb") as file:
                file.write(data)
            print(f"{name}.app\t{message}", file=index)
    return 0


if __name__ == "__main__":
    sys.exit(main())
