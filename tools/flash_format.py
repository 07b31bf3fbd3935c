#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""Makes the file of an empty, formatted flash: every block erased once, with its header (docs/flash-store-spec.md, section 3). The security core
formats any other content itself; from this it starts without erasing 32 MiB first.

  flash_format.py FILE [--blocks 128] [--block-size 262144]"""
import argparse
import struct
import zlib

VERSION, ERASED = 1, b"\xff"


def header(index, blocks, block_size):
    """One of the two copies."""
    fields = struct.pack("<4sIIHHIII", b"KSTO", VERSION, block_size, index, blocks, 1, 0, 0)
    return fields + struct.pack("<I", zlib.crc32(fields))


def block(index, blocks, block_size):
    return (2 * header(index, blocks, block_size)).ljust(block_size, ERASED)


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("file")
    options.add_argument("--blocks", type=int, default=128)
    options.add_argument("--block-size", type=int, default=256 << 10)
    args = options.parse_args()
    with open(args.file, "wb") as out:
        for index in range(args.blocks):
            out.write(block(index, args.blocks, args.block_size))


if __name__ == "__main__":
    main()
