#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""Prints the coverage of the kernel's files, from the gcov data of the host build.

usage: coverage.py kernel.o [--missing]

Counted are the files of kernel/ that run on the host, without the simulated machine and the invariant checker. Branches are gcov's;
those of kassert() are not counted, for its other side is a bug.
"""

import json
import pathlib
import subprocess
import sys

# what is not counted, and why; a file that is neither counted nor here shows up as "not in the host's configuration"
SKIP = {
    "kernel/arch/host/": "the simulated machine and the drivers of the tests",
    "kernel/debug/check": "invariant checker: judges the others, and half of it is what it says to broken state",
    "kernel/debug/invariants.c": "invariant checker",
    "kernel/arch/riscv/check.c": "invariant checker",
    "kernel/arch/riscv/machine.c": "hardware registers and SBI calls: kernel/arch/host/machine.c stands in (on the target: tests/kernel)",
    "kernel/arch/riscv/entry.S": "assembly (on the target: tests/kernel)",
    "kernel/arch/riscv/fpu.S": "assembly (on the target: tests/kernel/test_fpu.c)",
    "kernel/arch/riscv/kernel.ld.S": "linker script",
    "kernel/api/abi.c": "compile-time assertions only",
}


def gcov(obj):
    """gcov's description of the one unit."""
    out = subprocess.run(["gcov", "--json-format", "--stdout", "--branch-probabilities", str(obj)], check=True,
                         stdout=subprocess.PIPE).stdout
    return json.loads(out)


def source_lines(name, cache={}):
    if name not in cache:
        cache[name] = pathlib.Path(name).read_text(encoding="utf-8").splitlines()
    return cache[name]


def main():
    obj = pathlib.Path(sys.argv[1])
    files = {}
    for entry in gcov(obj)["files"]:
        name = entry["file"].removeprefix("./")
        if not name.startswith("kernel/") or name.startswith(tuple(SKIP)):
            continue
        lines = files.setdefault(name, {})
        for line in entry["lines"]:
            known = lines.setdefault(line["line_number"], [0, []])
            known[0] += line["count"]
            if "kassert" not in source_lines(name)[line["line_number"] - 1]:
                known[1].append([b["count"] for b in line["branches"] if not b["throw"]])
    total = [0, 0, 0, 0]
    print(f"{'file':42} {'lines':>12} {'branches':>12}")
    for name, lines in sorted(files.items()):
        hit = sum(1 for count, _ in lines.values() if count)
        # a line of an inlined function occurs more than once: a branch counts as taken if one of the copies took it
        branches = [max(column) for _, copies in lines.values() for column in zip(*[c for c in copies if c])]
        taken = sum(1 for b in branches if b)
        for i, n in enumerate((hit, len(lines), taken, len(branches))):
            total[i] += n
        if len(lines):
            print(f"{name:42} {hit:5}/{len(lines):<5} {taken:6}/{len(branches):<6}")
        if "--missing" in sys.argv:
            for number, (count, copies) in sorted(lines.items()):
                columns = [max(column) for column in zip(*[c for c in copies if c])]
                if not count or 0 in columns:
                    print(f"    {number}: {'never' if not count else 'branch'}: {source_lines(name)[number - 1].strip()}")
    print("not counted:")
    for path in sorted(p for pattern in ("*.c", "*.S") for p in pathlib.Path("kernel").rglob(pattern)):
        if str(path) not in files:
            reason = next((why for prefix, why in SKIP.items() if str(path).startswith(prefix)), "not in the host's configuration")
            print(f"    {path}: {reason}")
    print("    conditions of kassert(): their other side is a bug")
    print(f"lines {total[0]}/{total[1]} = {100 * total[0] / total[1]:.1f} %, "
          f"branches {total[2]}/{total[3]} = {100 * total[2] / total[3]:.1f} %")


if __name__ == "__main__":
    main()
