#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""Builds and tests with two compilers; prints a table and `N passed, M failed`.

  kernel   gcc and clang, riscv32 and riscv64, debug and release, at -O0, -Os and -O2: all 24 build without a warning (warnings
           are errors), the deepest path of calls fits in the kernel stack, and the conformance suite passes (but for debug at
           -O0, whose checks after every entry take longer than the suite's interrupts leave)
  system   everything else by clang: host tests, services, SDK and applications, with all tests (`make COMPILER=clang test`)

  compilers.py [--kernel]     --kernel leaves the system out"""
import argparse
import itertools
import os
import re
import subprocess
import sys

COUNT = re.compile(r"(\d+) passed, (\d+) failed")
STACK = re.compile(r"STACK kernel: (\d+) of (\d+) bytes")
COMPILERS, WIDTHS, BUILDS, LEVELS = ("gcc", "clang"), ("riscv32", "riscv64"), ("debug", "release"), ("-O0", "-Os", "-O2")


def run(command, timeout):
    """Output and whether the command succeeded."""
    command = ["timeout", str(timeout), *command]       # ends the command's children, too
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    return done.stdout.decode("utf-8", "replace"), done.returncode == 0


def make(*arguments, timeout=1200):
    return run(["make", "-s", "--no-print-directory", "-f", "mk/main.mk", *arguments], timeout)


def text_bytes(kernel):
    """Size of the kernel's code and constants."""
    output = subprocess.run(["riscv64-unknown-elf-size", "-A", kernel], stdout=subprocess.PIPE, text=True, check=True).stdout
    return sum(int(n) for n in re.findall(r"^\.(?:text|rodata)\s+(\d+)", output, re.M))


def tail(text):
    return "\n".join("    " + line for line in text.splitlines()[-25:])


def kernel(compiler, width, build, level):
    """One row of the table; returns (passed, failed)."""
    variables = [f"COMPILER={compiler}", f"ARCH={width}", f"BUILD={build}", f"KERNEL_OPT={level}"]
    name = f"{compiler:6} {width:8} {build:8} {level:4}"
    path = os.path.relpath(make(*variables, "kernel-path")[0].strip())
    subprocess.run(["rm", "-f", path], check=True)      # the check of the stack belongs to linking
    output, built = make(*variables, "kernel")
    stack = STACK.search(output)
    if not built or not stack or "warning" in output:
        print(f"{name} does not build\n{tail(output)}", flush=True)
        return 0, 1
    if level == "-O0" and build == "debug":
        print(f"{name} {text_bytes(path):>8} {stack[1]:>6}       -       -", flush=True)
        return 0, 0
    image = path.replace("kernel.elf", "ktest/run.sh")
    output, done = make(*variables, image)
    if done:
        output, done = run(["sh", image], 600)
    counts = COUNT.findall(output)
    passed, failed = (int(n) for n in counts[-1]) if counts else (0, 1)
    failed += not done and not failed
    print(f"{name} {text_bytes(path):>8} {stack[1]:>6} {passed:>7} {failed:>7}", flush=True)
    if failed:
        print(tail(output), flush=True)
    return passed, failed


def system():
    """Everything by clang."""
    output, done = make("COMPILER=clang", "test", timeout=5400)
    counts = COUNT.findall(output)
    passed, failed = (int(n) for n in counts[-1]) if counts else (0, 1)
    failed += not done and not failed
    print(f"\nclang, make test: {passed} passed, {failed} failed", flush=True)
    if failed:
        print("\n".join(line for line in output.splitlines() if line.startswith("FAIL")) or tail(output), flush=True)
    return passed, failed


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--kernel", action="store_true", help="leave the system out")
    args = options.parse_args()
    print("kernel                           text+ro  stack  passed  failed\n                                  (bytes) (bytes) (conformance tests)")
    results = [kernel(*row) for row in itertools.product(COMPILERS, WIDTHS, BUILDS, LEVELS)]
    if not args.kernel:
        results.append(system())
    passed, failed = (sum(column) for column in zip(*results))
    print(f"\n{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
