#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""Writes an archive in CPIO's "newc" format: cpio.py -o ARCHIVE FILE...

Names are the files' base names, in the given order; no dates, owners or inodes, so equal files give an equal archive."""
import argparse
import os
import sys


def padded(data):
    return data + b"\0" * (-len(data) % 4)


def member(name, data, mode=0o100644, inode=0):
    name = name.encode() + b"\0"
    fields = [inode, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name), 0]
    return padded(b"070701" + b"".join(b"%08X" % field for field in fields) + name) + padded(data)


def archive(files):
    """files: pairs of name and bytes."""
    names = [name for name, _ in files]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise ValueError("file names occur twice: " + " ".join(sorted(twice)))
    members = [member(name, data, inode=i + 1) for i, (name, data) in enumerate(files)]
    return b"".join(members) + member("TRAILER!!!", b"", 0, 0)


def main():
    parser = argparse.ArgumentParser(description="CPIO (newc) archive writer")
    parser.add_argument("-o", "--output", required=True)
    parser.add_argument("files", nargs="*")
    options = parser.parse_args()
    files = []
    try:
        for path in options.files:
            with open(path, "rb") as file:
                files.append((os.path.basename(path), file.read()))
        data = archive(files)
    except (OSError, ValueError) as error:
        print(f"cpio.py: {error}", file=sys.stderr)
        return 1
    with open(options.output, "wb") as file:
        file.write(data)
    return 0


if __name__ == "__main__":
    sys.exit(main())
