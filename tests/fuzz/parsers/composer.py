#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""Assemblies and procedures with mistakes: the composer must accept them or name file and line, never fail in another way.

usage: composer.py SECONDS [SEED]      random changes of the tree's own files, one after the other
The last line is "inputs N accepted A refused R findings F".
"""
import pathlib
import random
import re
import shutil
import sys
import tempfile
import time
import traceback

TOP = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(TOP / "tools/composer"))

import glue  # noqa: E402
from check import resolve  # noqa: E402
from errors import ComposeError  # noqa: E402
from loader import Loader  # noqa: E402
from rules import check_rules  # noqa: E402

TOKEN = re.compile(r"\w+|\s+|//[^\n]*|/\*.*?\*/|\"[^\"]*\"|.", re.S)
ODD = ["", "{", "}", "(", ")", ";", ",", ".", "=", "\"", "/*", "*/", "//", "0", "-1", "0x", "99999999999999999999", "\0", "\u00e9", "component", "uses",
       "provides", "dataport", "Buf", "in", "out", "string", "import", "connection", "from", "to", "true", "assembly"]


def change(text, rng):
    """A token deleted, doubled, replaced by one of the same text or by an odd one, or two swapped; sometimes the rest cut off."""
    tokens = TOKEN.findall(text)
    for _ in range(rng.choice((1, 1, 1, 2, 4))):
        i, j = rng.randrange(len(tokens)), rng.randrange(len(tokens))
        kind = rng.randrange(12)
        if kind < 3:
            tokens[i] = rng.choice(ODD)
        elif kind < 6:
            tokens[i] = tokens[j]
        elif kind < 8:
            tokens[i] = ""
        elif kind < 10:
            tokens[i] *= 2
        elif kind < 11:
            tokens[i], tokens[j] = tokens[j], tokens[i]
        else:
            tokens = tokens[:i + 1]
    return "".join(tokens)


def compose(folder):
    """What `compose.py glue` does, without writing it. True: accepted."""
    try:
        system = resolve(Loader([str(folder)]).read(str(folder / "system.camkes")), {"BUILTINS_SIZE": 8192, "TCM_SIZE": 0x400000})
        check_rules(system)
        spaces = glue.build_all(system, 10)
        for node in system:
            glue.header(node, spaces[node.name], system)
            glue.source(node, spaces[node.name], spaces, system, 4)
            glue.link_arguments(spaces[node.name])
        return True
    except ComposeError as error:
        if not re.match(r"[^:]+:\d+: ", str(error)):
            raise AssertionError(f"no place in: {error}") from error
        return False


def main():
    seconds, seed = float(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1
    rng = random.Random(seed)
    sources = [TOP / "system/system.camkes", *sorted((TOP / "interfaces").glob("*.idl4")), *sorted((TOP / "platforms/qemu_virt").glob("*.camkes"))]
    texts = {path.name: path.read_text(encoding="utf-8") for path in sources}
    count = {"accepted": 0, "refused": 0, "findings": 0}
    folder = pathlib.Path(tempfile.mkdtemp())
    try:
        for name, text in texts.items():
            (folder / name).write_text(text, encoding="utf-8")
        assert compose(folder), "the tree's own assembly is refused"
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            name = "system.camkes" if rng.random() < 0.6 else rng.choice(list(texts))
            changed = change(texts[name], rng)
            (folder / name).write_text(changed, encoding="utf-8")
            started = time.monotonic()
            try:
                count["accepted" if compose(folder) else "refused"] += 1
                assert time.monotonic() - started < 10, "it took more than ten seconds"
            except Exception:           # whatever it is, it is a finding
                count["findings"] += 1
                print(f"--- finding in {name}:\n{traceback.format_exc()}", flush=True)
                pathlib.Path(tempfile.gettempdir(), f"composer-finding-{count['findings']}-{name}").write_text(changed, encoding="utf-8")
            (folder / name).write_text(texts[name], encoding="utf-8")
    finally:
        shutil.rmtree(folder)
    print("inputs", count["accepted"] + count["refused"] + count["findings"], *(f"{k} {v}" for k, v in count.items()))
    return 1 if count["findings"] else 0


if __name__ == "__main__":
    sys.exit(main())
