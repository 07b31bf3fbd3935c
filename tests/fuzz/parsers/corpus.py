#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""Corpora as text: an input per line in hexadecimal, # comments.

usage: corpus.py unpack CORPUS.hex FOLDER           a file per input, for libFuzzer
       corpus.py pack FOLDER CORPUS.hex [BYTES]     smallest inputs first, up to BYTES (default 60000) of them
"""
import hashlib
import pathlib
import sys


def unpack(source, folder):
    folder.mkdir(parents=True, exist_ok=True)
    for line in source.read_text().splitlines():
        if line and not line.startswith("#"):
            data = bytes.fromhex(line)
            (folder / hashlib.sha1(data).hexdigest()).write_bytes(data)


def pack(folder, target, limit):
    head = [line for line in target.read_text().splitlines() if line.startswith("#")] if target.exists() else []
    lines, used = [], 0
    for data in sorted({path.read_bytes() for path in folder.iterdir()}, key=lambda d: (len(d), d)):
        used += len(data)
        if used > limit:
            break
        lines.append(data.hex())
    target.write_text("\n".join(head + lines) + "\n")
    print(f"{target}: {len(lines)} inputs, {min(used, limit)} bytes")


if __name__ == "__main__":
    if len(sys.argv) == 4 and sys.argv[1] == "unpack":
        unpack(pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3]))
    elif len(sys.argv) in (4, 5) and sys.argv[1] == "pack":
        pack(pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3]), int(sys.argv[4]) if len(sys.argv) == 5 else 60000)
    else:
        sys.exit(__doc__)
