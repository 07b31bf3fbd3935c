#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""Tests the tests: plants one fault at a time into a copy of the kernel and asks whether the conformance suite notices.

  mutate.py --tree COPY --count 100 --seed 1 [--build release] [--files object/cnode.c ...]

COPY is a copy of the repository; it is changed and restored. A mutant that does not compile, or that compiles to the same
kernel, does not count. The last lines list the survivors: each is a missing test, or a change without a visible effect."""
import argparse
import hashlib
import random
import re
import signal
import subprocess
import sys
from pathlib import Path

from elftools.elf.elffile import ELFFile

OPERATORS = [(r" == ", " != "), (r" != ", " == "), (r" < ", " <= "), (r" <= ", " < "), (r" > ", " >= "), (r" >= ", " > "),
             (r" && ", " || "), (r" \|\| ", " && "), (r" \+ 1\b", ""), (r" - 1\b", ""), (r"\btrue\b", "false"),
             (r"\bfalse\b", "true"), (r" \+ ", " - "), (r" - ", " + "), (r"\| ", "& "), (r"if \(", "if (!(0) || "),
             (r"\bseL4_IllegalOperation\b", "seL4_InvalidArgument"), (r"\bseL4_InvalidCapability\b", "seL4_IllegalOperation"),
             (r"\bseL4_DeleteFirst\b", "seL4_RevokeFirst"), (r"\bseL4_RevokeFirst\b", "seL4_DeleteFirst")]
STATEMENT = re.compile(r"^(\s+)([a-z_]\w*\([^;]*\)|[^=;(]+ = [^;]*);\s*$")
SKIP = re.compile(r"^\s*(//|/\*|\*|#|kassert|kprintf|_Static_assert)|\bkassert\(|\bkprintf\(")
FOLDERS = ("api", "ipc", "object", "sched", "arch/riscv")


def sites(path):
    """Every possible fault in a file: (line index, new line, description)."""
    found = []
    for i, line in enumerate(path.read_text().split("\n")):
        if SKIP.search(line):
            continue
        for pattern, replacement in OPERATORS:
            for m in re.finditer(pattern, line):
                found.append((i, line[:m.start()] + replacement + line[m.end():], f"{m.group().strip()} -> {replacement.strip() or 'nothing'}"))
        m = STATEMENT.match(line)
        if m:
            found.append((i, m.group(1) + ";", "statement removed"))
    return found


def make(tree, build):
    out = f"build/qemu_virt-{build}"
    done = subprocess.run(["make", "-f", "mk/main.mk", f"BUILD={build}", f"{out}/ktest/run.sh"], cwd=tree, capture_output=True, text=True)
    kernel = tree / out / "kernel.elf"
    if done.returncode or not kernel.exists():
        return None
    with open(kernel, "rb") as f:
        loads = [s.data() for s in ELFFile(f).iter_segments() if s["p_type"] == "PT_LOAD"]
    return hashlib.sha256(b"".join(loads)).hexdigest()


def suite_passes(tree, build, timeout):
    try:
        done = subprocess.run(["sh", f"build/qemu_virt-{build}/ktest/run.sh"], cwd=tree, stdin=subprocess.DEVNULL,
                              capture_output=True, timeout=timeout)
        return done.returncode == 0
    except subprocess.TimeoutExpired:
        return False


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--tree", required=True, type=Path)
    options.add_argument("--count", type=int, default=100)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--build", default="release")
    options.add_argument("--timeout", type=int, default=30)
    options.add_argument("--files", nargs="*", default=[])
    args = options.parse_args()
    kernel = args.tree / "kernel"
    files = [kernel / f for f in args.files] or [f for d in FOLDERS for f in sorted((kernel / d).glob("*.c"))]
    candidates = [(f, *site) for f in files for site in sites(f)]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    random.Random(args.seed).shuffle(candidates)
    original = make(args.tree, args.build)
    if original is None or not suite_passes(args.tree, args.build, args.timeout):
        sys.exit("the suite does not pass without a fault")
    killed, survivors = 0, []
    for path, index, new, what in candidates:
        if killed + len(survivors) == args.count:
            break
        text = path.read_text()
        lines = text.split("\n")
        lines[index] = new
        path.write_text("\n".join(lines))
        try:
            built = make(args.tree, args.build)
            if built in (None, original):
                continue
            where = f"{path.relative_to(args.tree)}:{index + 1}: {what}: {new.strip()}"
            if suite_passes(args.tree, args.build, args.timeout):
                survivors.append(where)
                print("survived", where, flush=True)
            else:
                killed += 1
                print("noticed ", where, flush=True)
        finally:
            path.write_text(text)
    print(f"{killed} of {killed + len(survivors)} faults noticed ({len(candidates)} possible, seed {args.seed})")
    for where in survivors:
        print("  " + where)


if __name__ == "__main__":
    main()
