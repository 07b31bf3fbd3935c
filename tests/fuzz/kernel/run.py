#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""Runs the kernel fuzzer for a while from the seeds of the tree and a working corpus; minimises and prints what fails.

usage: run.py --fuzzer BIN --replay BIN --seeds corpus.hex --work FOLDER --time SECONDS
       run.py --merge N --fuzzer BIN --seeds corpus.hex --work FOLDER    rewrites the seeds: the about N programs that cover most
"""

import argparse
import pathlib
import re
import subprocess
import sys
import tempfile

MAX_LEN = 1024
HEADER = """# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
#
# Programs of system calls that together reach what the fuzzer has reached, one per line (tests/fuzz/kernel/program.h).
"""


def unpack(seeds, folder):
    """The seeds as files."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, line in enumerate(seeds.read_text(encoding="utf-8").splitlines()):
        if line and not line.startswith("#"):
            (folder / f"seed{number}").write_bytes(bytes.fromhex(line))


def merge(args):
    """Chooses programs that keep the coverage; of those, if they are more, N of all lengths."""
    with tempfile.TemporaryDirectory() as small:
        subprocess.run([args.fuzzer, "-set_cover_merge=1", f"-max_len={MAX_LEN}", small, args.work], check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        programs = sorted((p.read_bytes() for p in pathlib.Path(small).iterdir()), key=len)
    programs = programs[::max(1, len(programs) // args.merge)]
    args.seeds.write_text(HEADER + "".join(p[:len(p) // 16 * 16].hex() + "\n" for p in programs if len(p) >= 16), encoding="utf-8")
    print(f"{len(programs)} programs in {args.seeds}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--fuzzer", required=True)
    parser.add_argument("--replay")
    parser.add_argument("--seeds", required=True, type=pathlib.Path)
    parser.add_argument("--work", required=True, type=pathlib.Path)
    parser.add_argument("--time", type=int, default=60)
    parser.add_argument("--merge", type=int)
    args = parser.parse_args()
    if args.merge:
        return merge(args)
    unpack(args.seeds, args.work)
    failed = args.work.parent / "failed-"
    run = subprocess.run([args.fuzzer, f"-max_len={MAX_LEN}", f"-max_total_time={args.time}", "-timeout=20",
                          "-print_final_stats=1", f"-artifact_prefix={failed}", str(args.work)],
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    output = run.stdout.decode("utf-8", "replace")
    print("\n".join(line for line in output.splitlines() if line.startswith(("stat::", "kernel assertion")) or "DONE" in line))
    print(f"corpus: {sum(1 for _ in args.work.iterdir())} programs")
    if run.returncode == 0:
        return 0
    for name in re.findall(r"Test unit written to (\S+)", output):
        print(f"failing program: {name}; at its shortest:", flush=True)
        subprocess.run([args.replay, "--minimise", name], check=False)
    return 1


if __name__ == "__main__":
    sys.exit(main())
