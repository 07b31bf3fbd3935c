# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""The host build puts back every variable of the kernel between tests: its list is complete."""

import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
# Used by the checker, which starts afresh every time, or after comparing what it remembers with what is there.
NOT_STATE = re.compile(r"^(checked_\w+|found(_\w+)?|last_check|object_table|check_round|ancestors|ordered(_count)?|extents|extent_count|sorted|around)$")


def variables_of_the_unit():
    """Names of the writable data of the kernel's unit, without function-local statics' numbers."""
    obj = ROOT / "build/host/state_check.o"
    flags = ["-std=c11", "-O0", "-w", "-DKERNEL_FASTPATH", "-fno-pie", "-I.", "-Ikernel/arch/host/include", "-Ikernel/include",
             "-Ikernel/arch/riscv/include", "-Ibuild/host/gen/include"]
    subprocess.run(["gcc", *flags, "-c", "build/host/kernel.c", "-o", str(obj)], cwd=ROOT, check=True)
    lines = subprocess.run(["nm", str(obj)], check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()
    return {line.split()[2].split(".")[0] for line in lines if re.match(r"^[0-9a-f]+ [bBdDC] ", line)}


def test_every_variable_is_in_the_list():
    listed = set(re.findall(r"VARIABLE\((\w+)\)", (ROOT / "kernel/arch/host/state.c").read_text(encoding="utf-8"))) - {"v"}
    state = {name for name in variables_of_the_unit() if not NOT_STATE.match(name)}
    assert state - listed == set()


def test_no_name_of_libc_is_taken():
    """A function of the kernel with a name of libc's would be called instead of that, by libraries, too."""
    variables_of_the_unit()  # makes the object file
    listing = lambda *args: {line.split()[-1].split("@")[0] for line in subprocess.run(
        ["nm", "--defined-only", *args], check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines() if line.strip()}
    libc = subprocess.run(["gcc", "-print-file-name=libc.so.6"], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
    assert listing("-g", str(ROOT / "build/host/state_check.o")) & listing("-D", libc) == set()
