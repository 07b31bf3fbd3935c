#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""Tests the tests: makes one small fault after the other in a copy of the kernel and asks which tests notice.

usage: mutate.py --cc CC --flags FLAGS [--count 100] [--seed 1] [--jobs 2] [--files kernel/object/cnode.c ...] [--target] [--at-least PERCENT]
       mutate.py --cc CC --flags FLAGS --try PATH LINE NEW      the fault that puts NEW into a line (its old text; `from => to` also does)

Run are the host kernel's unit tests, the replay of the fuzzing corpus, all sequences of two actions, and random walks with and without the
fast paths; the first that fails notices. A fault that does not compile, or compiles to the same machine code, does not count. Faults without an effect are listed in
equivalent.txt, each with the reason. With --target what the host tests do not notice is tried on the conformance suite (riscv32, QEMU).
"""

import argparse
import concurrent.futures
import itertools
import os
import pathlib
import queue
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import faults  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]
OBJECTS = ROOT / "build/host/mutate"
EQUIVALENT = ROOT / "tests/hostkernel/equivalent.txt"
FOLDERS = ("api", "boot", "ipc", "lib", "object", "sched", "arch/riscv", "include/api", "include/ipc", "include/object", "include/sched",
           "arch/riscv/include/arch")
# not part of the host's kernel
ABSENT = ("arch/riscv/machine.c", "arch/riscv/check.c", "arch/riscv/fpu.c", "include/arch/sbi.h", "include/arch/csr.h",
          "include/arch/tlb.h", "include/arch/machine.h", "include/arch/fpu.h", "include/arch/fastpath.h")
PROGRAMS = {  # in the order in which they run: name, sources of their own, arguments
    "unit tests": (["tests/hostkernel/main.c", "tests/hostkernel/chain.c", "tests/hostkernel/*_test.c"], []),
    "corpus": (["tests/fuzz/kernel/replay.c", "tests/fuzz/kernel/program.c", "tests/fuzz/kernel/arguments.c", "tests/fuzz/kernel/budget.c",
                "tests/fuzz/kernel/world.c"], ["tests/fuzz/kernel/corpus.hex"]),
    "enumeration": (["tests/fuzz/kernel/enumerate.c", "tests/fuzz/kernel/actions.c", "tests/fuzz/kernel/world.c"], ["2"]),
    "walks": (["tests/fuzz/kernel/enumerate.c", "tests/fuzz/kernel/actions.c", "tests/fuzz/kernel/world.c"], ["walk", "150"]),
}
COMMON = ["tests/hostkernel/kit.c", "kernel/arch/host/world.c"]
TIMEOUT = 30
# mistaken types are the compiler's business, not the tests'
STRICT = ["-Werror=incompatible-pointer-types", "-Werror=int-conversion", "-Werror=discarded-qualifiers",
          "-Werror=implicit-function-declaration"]


def sources():
    """The kernel's files that can have faults."""
    paths = itertools.chain.from_iterable(sorted((ROOT / "kernel" / f).glob("*.[ch]")) for f in FOLDERS)
    return [str(p.relative_to(ROOT)) for p in paths if not str(p).endswith(ABSENT)]


class Builder:
    """A place with a copy of the kernel, where faults are made and tried one at a time."""

    def __init__(self, options, folder):
        self.options, self.folder = options, pathlib.Path(folder)
        shutil.copytree(ROOT / "kernel", self.folder / "kernel")
        for name in ("build", "tests"):
            (self.folder / name).symlink_to(ROOT / name)

    def compile(self):
        """The kernel's object file; None: it does not compile."""
        out = self.folder / "kernel.o"
        done = subprocess.run([self.options.cc, "-std=c11", "-O1", "-w", "-fno-strict-aliasing", *STRICT, *self.options.flags, "-c", "build/host/kernel.c",
                               "-o", str(out)], cwd=self.folder, stderr=subprocess.DEVNULL)
        return out if done.returncode == 0 else None

    def noticed_by(self, kernel):
        """Name of the first test that fails, or None."""
        for name, (_, arguments) in PROGRAMS.items():
            program = self.folder / "program"
            link = subprocess.run([self.options.cc, "-no-pie", *self.options.flags, str(kernel), *objects_of(name), "-o", str(program), "-lcmocka"],
                                  cwd=ROOT, stderr=subprocess.DEVNULL)
            if link.returncode != 0:
                return "invalid"
            try:
                run = subprocess.run([str(program), *arguments], cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                     stderr=subprocess.STDOUT, timeout=TIMEOUT)
            except subprocess.TimeoutExpired:
                return f"{name} (time-out)"
            if run.returncode != 0:
                return failed_test(name, run.stdout.decode("utf-8", "replace"))
        return None

    def attempt(self, fault):
        """'invalid', None (not noticed) or who noticed."""
        path = self.folder / fault.path
        text = path.read_text(encoding="utf-8")
        lines = text.split("\n")
        lines[fault.line] = fault.new
        path.write_text("\n".join(lines), encoding="utf-8")
        try:
            kernel = self.compile()
            if kernel is None or kernel.read_bytes() == self.options.original:
                return "invalid"
            return self.noticed_by(kernel)
        finally:
            path.write_text(text, encoding="utf-8")


def failed_test(program, output):
    names = re.findall(r"^\[  FAILED  \] (\w+)$", output, re.M) or re.findall(r"^\[ RUN      \] (\w+)$", output, re.M)[-1:]
    return f"{program}: {names[0]}" if names and program == "unit tests" else program


def objects_of(program):
    own = [p for pattern in PROGRAMS[program][0] for p in sorted(ROOT.glob(pattern))]
    return [str(OBJECTS / (p.relative_to(ROOT).as_posix().replace("/", "-") + ".o")) for p in own + [ROOT / c for c in COMMON]]


def compile_tests(options):
    """Everything but the kernel, once."""
    OBJECTS.mkdir(parents=True, exist_ok=True)
    names = sorted({p for sources, _ in PROGRAMS.values() for pattern in sources + COMMON for p in ROOT.glob(pattern)})
    for path in names:
        name = path.relative_to(ROOT).as_posix()
        subprocess.run([options.cc, "-std=c11", "-O1", "-w", *options.flags, '-DCORPUS="tests/fuzz/kernel/corpus.hex"', "-c", name, "-o",
                        str(OBJECTS / (name.replace("/", "-") + ".o"))], cwd=ROOT, check=True)


def equivalents():
    """{(path, old line, new line): reason}; the file has four lines per fault."""
    text = "\n".join(l for l in EQUIVALENT.read_text(encoding="utf-8").split("\n") if not l.startswith("#"))
    entries = [block.split("\n") for block in re.split(r"\n\s*\n", text.strip()) if block]
    return {(e[0].strip(), e[1].strip(), e[2].strip()): e[3].strip() for e in entries}


def try_on_target(fault, folder):
    """True: the conformance suite notices."""
    tree = pathlib.Path(folder) / "tree"
    if not tree.exists():
        ignore = lambda where, names: [n for n in names if n == ".git" or (pathlib.Path(where) == ROOT / "build" and n != "qemu_virt-debug")]
        shutil.copytree(ROOT, tree, ignore=ignore, symlinks=True)
        if not suite_passes(tree):
            sys.exit("the conformance suite does not pass without a fault")
    path = tree / fault.path
    text = path.read_text(encoding="utf-8")
    lines = text.split("\n")
    lines[fault.line] = fault.new
    path.write_text("\n".join(lines), encoding="utf-8")
    try:
        return not suite_passes(tree)
    finally:
        path.write_text(text, encoding="utf-8")


def suite_passes(tree):
    try:
        return subprocess.run(["make", "-s", "-f", "mk/main.mk", "run-ktest"], cwd=tree, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL, timeout=120).returncode == 0
    except subprocess.TimeoutExpired:
        return False


def results(options, supply, places):
    """(fault, result) in the order of the supply, `jobs` at a time."""
    free = queue.SimpleQueue()
    for place in places:
        free.put(place)

    def attempt(fault):
        place = free.get()
        try:
            return place.attempt(fault)
        finally:
            free.put(place)

    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        while batch := list(itertools.islice(supply, 4 * options.jobs)):
            yield from zip(batch, pool.map(attempt, batch))


def chosen(options):
    paths = options.files or sources()
    if not options.fault:
        return faults.choose(ROOT, paths, options.seed)
    path, number, new = options.fault
    old = (ROOT / path).read_text(encoding="utf-8").split("\n")[int(number) - 1]
    if " => " in new:
        new = old.replace(*new.split(" => ", 1))
    return iter([faults.Fault(path, int(number) - 1, "given", old, new)])


def run(options, scratch):
    known = equivalents()
    places = [Builder(options, pathlib.Path(scratch) / str(i)) for i in range(options.jobs)]
    options.original = b""
    kernel = places[0].compile()
    options.original = kernel.read_bytes() if kernel else sys.exit("the kernel does not compile")
    if who := places[0].noticed_by(kernel):
        sys.exit(f"{who} fails without a fault")
    noticed, survivors, equal = [], [], []
    for fault, result in results(options, chosen(options), places):
        if result == "invalid":
            continue
        if result is None and (fault.path, fault.old.strip(), fault.new.strip()) in known:
            equal.append(fault)
            print(f"no effect  {fault}", flush=True)
            continue
        if result is None and options.target and try_on_target(fault, scratch):
            result = "conformance suite on the target"
        (survivors if result is None else noticed).append(fault)
        print(f"survived   {fault}" if result is None else f"noticed    {fault} [{result}]", flush=True)
        if len(noticed) + len(survivors) >= options.count:
            break
    return noticed, survivors, equal


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cc", required=True)
    parser.add_argument("--flags", required=True, type=shlex.split)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--files", nargs="*")
    parser.add_argument("--target", action="store_true")
    parser.add_argument("--at-least", type=int, default=0)
    parser.add_argument("--try", dest="fault", nargs=3)
    options = parser.parse_args()
    os.nice(5)
    compile_tests(options)
    with tempfile.TemporaryDirectory() as scratch:
        noticed, survivors, equal = run(options, scratch)
    total = len(noticed) + len(survivors)
    percent = 100 * len(noticed) / max(1, total)
    print(f"\n{len(noticed)} of {total} faults noticed ({percent:.1f} %), {len(equal)} more without an effect; seed {options.seed}")
    for fault in survivors:
        print(f"  not noticed: {fault}")
    return 0 if percent >= options.at_least else 1


if __name__ == "__main__":
    sys.exit(main())
