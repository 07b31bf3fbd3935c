# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""kernel/CAVEATS.md says of every assertion why it holds and of every loop why it ends: the tables are complete, and up to date."""

import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[2]
KERNEL = ROOT / "kernel"
FUNCTION = re.compile(r"^(?!#)[A-Za-z_][^;#]*?\b(\w+)\([^;]*$")
LOOP = re.compile(r"\b(?:for|while) \(")
ASSERTION = re.compile(r"\bkassert\(")
# Runs once, is absent from release builds, or is no part of the kernel on a machine.
ELSEWHERE = re.compile(r"^(boot/|debug/|include/debug/|arch/host/|arch/riscv/check\.c$)")


def functions_with(pattern):
    """Names of the functions in which the pattern occurs, without those that only boot needs."""
    found = set()
    for path in sorted(KERNEL.rglob("*.[ch]")):
        if ELSEWHERE.match(str(path.relative_to(KERNEL))):
            continue
        current = announced = None
        for line in path.read_text(encoding="utf-8").splitlines():
            if start := FUNCTION.match(line):
                announced = None if line.startswith("BOOT_CODE") else start[1]
            if line.startswith("{") or (start and "{" in line):
                current = announced
            if current and pattern.search(line.split("//")[0]):
                found.add(current)
    return found


def functions_in_table(title):
    """Names in the first column of the table below a heading."""
    text = (KERNEL / "CAVEATS.md").read_text(encoding="utf-8").split(f"### {title}\n")[1].split("\n#")[0]
    return {name for row in re.findall(r"^\|(.*?)\|", text, re.M) for name in re.findall(r"`(\w+)`", row)}


def test_every_loop_has_a_bound():
    assert functions_in_table("Loops") == functions_with(LOOP)


def test_every_assertion_has_a_reason():
    assert functions_in_table("Assertions") == functions_with(ASSERTION)
