# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""The vector core: what becomes of jobs, at each length of its vector registers. A program in the kernel's place (probe.c) gives it the jobs of
jobs.S, and says what the control block says."""
import pathlib
import re
import subprocess
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "security"))
from machine import OUT, machine  # noqa: E402

CONSTANTS, OUTPUT, STATIC = 0x81000000, 0x82000000, 0x83000000
ILLEGAL, BREAKPOINT, LOAD_ACCESS, MISALIGNED_STORE = 2, 3, 5, 6
FETCH_PAGE, LOAD_PAGE, STORE_PAGE = 12, 13, 15
BAD_WINDOW, TIME = 24, 0x80000007


@pytest.fixture(scope="module", params=[128, 256, 512, 1024])
def said(request):
    """What the program says, and the length in bytes."""
    command = machine({"monitor.elf": "security/monitor.elf", "kernel.elf": "vector_probe/probe.elf"}, ("user.img", "builtins.cpio"))
    command = [re.sub(r"vlen=\d+", f"vlen={request.param}", word) for word in command]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, timeout=120)
    text = done.stdout.decode(errors="replace").replace("\r", "")
    assert text.rstrip().endswith("vector probe done"), text[-3000:]
    assert "NOT SETTLED" not in text and "NOTHING HAPPENS" not in text
    return text, request.param // 8


def number(said, name):
    found = re.search(rf"^{re.escape(name)} ([0-9a-f]{{8}})$", said[0], re.M)
    assert found, name
    return int(found[1], 16)


def finished(said, name, result):
    assert re.search(rf"^{re.escape(name)}: finish {result:08x} ctrl 00000003$", said[0], re.M), re.findall(rf".*{name}.*", said[0])


def fault(said, name, kind, cause, address, pc=None, errors=None):
    """errors: of the register; None: the address is outside of every window."""
    found = re.search(rf"^(?:expect ([0-9a-f]{{8}}) )?{re.escape(name)}: {kind} fault cause (\w{{8}}) pc (\w{{8}}) address (\w{{8}}) errors (\w{{8}}) ctrl 00000003$",
                      said[0], re.M)
    assert found, re.findall(rf".*{name}.*", said[0])
    print(found[0])
    expected = int(found[1], 16) if pc is None else pc
    assert [int(word, 16) for word in found.groups()[1:]] == [cause, expected, address, (2 if kind == "data" else 1) if errors is None else errors]


def test_ends(said):
    """The instruction of the chip, and ecall; a0 is the result."""
    assert number(said, "at reset, ctrl") == 3
    finished(said, "finish", 7)
    finished(said, "ecall", 9)
    assert number(said, "output is") == 0x600DDA7A
    assert number(said, "instructions") == 1


def test_host_request(said):
    """It pauses, and goes on with its registers."""
    assert "\nrequest: host request ctrl 00000001\n" in said[0]
    finished(said, "request, resumed", 0x3333)
    count = re.search(r"^xcount, resumed: finish (\w{8})", said[0], re.M)
    assert int(count[1], 16) > 0


@pytest.mark.parametrize("name, address", [("jump_out", 0x80010000), ("jump_firmware", 0x80500000), ("jump_zero", 0)])
def test_jumps_outside(said, name, address):
    fault(said, name, "instruction", FETCH_PAGE, address, pc=address)


def test_executes_data(said):
    fault(said, "execute_data", "instruction", FETCH_PAGE, OUTPUT, pc=OUTPUT, errors=0)
    fault(said, "half", "instruction", FETCH_PAGE, 0x80001000, pc=0x80000FFE)


@pytest.mark.parametrize("name, address", [("store_behind", STATIC + 0x1000), ("store_before", STATIC - 4), ("store_firmware", 0x80500000),
                                           ("store_tables", 0x80580000), ("store_registers", 0x80610000), ("store_doorbell", 0x40300000),
                                           ("store_timer", 0x2004010), ("store_zero", 0)])
def test_writes_outside(said, name, address):
    fault(said, name, "data", STORE_PAGE, address)


@pytest.mark.parametrize("name, address", [("store_text", 0x80000000), ("store_constants", CONSTANTS)])
def test_writes_what_it_may_read(said, name, address):
    fault(said, name, "data", STORE_PAGE, address, errors=0)


@pytest.mark.parametrize("name, address", [("load_firmware", 0x80500000), ("load_tables", 0x80580000), ("load_registers", 0x80610000),
                                           ("load_security", 0x80400000), ("load_management", 0x80100000), ("load_input", 0x84000000),
                                           ("load_top", 0xFFFFFFFC)])
def test_reads_outside(said, name, address):
    fault(said, name, "data", LOAD_PAGE, address)


@pytest.mark.parametrize("name", ["read_mstatus", "write_satp", "write_pmp", "mret", "sret", "sfence", "wfi", "cycles", "time", "nothing", "other_custom"])
def test_instructions_that_it_may_not_use(said, name):
    fault(said, name, "instruction", ILLEGAL, 0x80000000, errors=0)


def test_breakpoint(said):
    fault(said, "breakpoint", "instruction", BREAKPOINT, 0, errors=0)


def test_unaligned(said):
    finished(said, "unaligned", 0x00112233)
    found = re.search(r"unaligned_end: data fault cause (\w+) pc 80000008 address 8300(\w{4})", said[0])
    assert int(found[1], 16) in (LOAD_ACCESS, LOAD_PAGE) and found[2] in ("0ffe", "1000")
    fault(said, "unaligned_atomic", "data", MISALIGNED_STORE, OUTPUT + 2, errors=0)


def test_nothing_of_the_job_before(said):
    """All integer, floating-point and vector registers, and the state of vectors and floating point."""
    finished(said, "dirty", 0x5A)
    finished(said, "clean", 0)


def test_vectors(said):
    finished(said, "vectors", said[1])
    assert number(said, "vlenb") == said[1]


def test_stops(said):
    """What loops for ever: a reset, a freeze, the time limit. (The host may leave a hart alone for a while.)"""
    assert number(said, "counted after the reset") == 0
    assert number(said, "longest reset, us") < 1000000
    assert (number(said, "runs"), number(said, "counted while frozen"), number(said, "runs on")) == (1, 0, 1)
    fault(said, "limit", "instruction", TIME, 0x80000000, pc=0x80000000, errors=0)
    assert 18 <= number(said, "limit, ms") < 1000


def test_again_and_again(said):
    assert number(said, "finished") == 1000 and number(said, "wrong") == 0


@pytest.mark.parametrize("name", ["offset", "length", "empty", "outside", "across the end", "before the beginning", "write only"])
def test_windows_that_are_none(said, name):
    fault(said, f"bad window, {name}", "instruction", BAD_WINDOW, 63, pc=0x80000000, errors=0)
    finished(said, "window of all memory", 7)


def test_memory_clear(said):
    assert number(said, "init status") == 2
    assert number(said, "cleared") == number(said, "cleared where told") == 0x5000
    assert number(said, "all cleared") == number(said, "tcm") == 0x400000


def test_interrupts(said):
    assert number(said, "tested") == 9
    assert (number(said, "rung while not enabled"), number(said, "rung when enabled")) == (0, 1)
    assert (number(said, "one taken back"), number(said, "all taken back"), number(said, "rung at the end")) == (8, 0, 2)


def test_garbage(said):
    """A driver that writes anything into the block: the firmware goes on, and the next good job runs."""
    finished(said, "after garbage", 7)
    assert number(said, "restarts") == 0


def test_size():
    from elftools.elf.elffile import ELFFile
    with open(OUT / "vector_core.elf", "rb") as file:
        symbols = {s.name: s["st_value"] for s in ELFFile(file).get_section_by_name(".symtab").iter_symbols()}
    size = symbols["core_end"] - symbols["_start"]
    print(f"vector core: {size} bytes of RAM")
    assert size <= 16 * 1024
