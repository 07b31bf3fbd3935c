# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""What must not be in a release build: kernel printing, debug system calls, test commands. And a layout that QEMU runs slowly."""
import os
import re
import shlex
import subprocess

import pytest
from elftools.elf.elffile import ELFFile

from kata import TOP, qemu_command

OUT = os.path.join(TOP, os.environ.get("OUT", "build/qemu_virt-debug"))
RELEASE = "release" in OUT


def loaded_bytes(path):
    """What of an ELF file is in memory: code and constants, not debugging information."""
    with open(path, "rb") as f:
        return b"".join(s.data() for s in ELFFile(f).iter_sections() if s["sh_flags"] & 2 and s["sh_type"] == "SHT_PROGBITS")


def symbols(path):
    with open(path, "rb") as f:
        table = ELFFile(f).get_section_by_name(".symtab")
        return {s.name: s["st_value"] for s in table.iter_symbols()}


def user_programs():
    return [os.path.join(OUT, name) for name in os.listdir(OUT) if name.endswith(".elf") and not re.match(r"kernel|monitor|park", name)]


def test_kernel_prints_in_debug_builds_only():
    printing = {name for name in symbols(os.path.join(OUT, "kernel.elf")) if re.search("print|putc|kassert_failed", name)}
    assert bool(printing) != RELEASE, printing


def test_kernel_state_shares_no_page_with_code():
    """QEMU looks up the translated code of a page at every store to it: a file transfer took three times as long in the release build,
    whose state began in the page where the code ends (kernel.ld.S)."""
    path = os.path.join(OUT, "kernel.elf")
    with open(path, "rb") as f:
        text = ELFFile(f).get_section_by_name(".text")
        last_page = (text["sh_addr"] + text["sh_size"] - 1) // 4096
    where = symbols(path)
    assert {name for name in ("ks", "idle_thread", "idle_time", "kernel_stack") if where[name] // 4096 <= last_page} == set()


def test_no_program_makes_debug_calls():
    """seL4_DebugPutChar and the others have the numbers from -9 on (kernel/api); release headers do not declare them."""
    calls = {path: {s for s in symbols(path) if s.startswith("seL4_Debug")} for path in user_programs()}
    if RELEASE:
        assert not any(calls.values()), calls
        config = open(os.path.join(OUT, "gen/gen_config.json")).read()
        assert not re.search(r'"(DEBUG_BUILD|PRINTING)": true', config)


def test_no_test_commands():
    console = loaded_bytes(os.path.join(OUT, "debug_console.elf"))
    commands = set(re.findall(rb"\0((?:test_\w+|scecho|size_buffer|get_manifest|load_application|load_model|add))\0", console))
    assert bool(commands) != RELEASE, commands


def test_test_commands_are_unknown():
    if not RELEASE:
        pytest.skip("debug build")
    done = subprocess.run(qemu_command(), input=b"test_panic\ntest_kill uart_driver\nscecho x\nhelp\nshutdown\n", stdout=subprocess.PIPE, timeout=60)
    output = done.stdout.decode().replace("\r\n", "\n")
    for command in ("test_panic", "test_kill", "scecho"):
        assert f"unknown command: {command}\n" in output
    assert not re.search(r"^test_", output, re.M)


def test_nothing_is_printed_past_the_driver():
    """The kernel's own output would stand in front of, or inside, the driver's."""
    if not RELEASE:
        pytest.skip("debug build")
    done = subprocess.run(qemu_command(), input=b"start crash-illegal\nsleep 200\nps\nshutdown\n", stdout=subprocess.PIPE, timeout=60)
    output = done.stdout.decode().replace("\r\n", "\n")
    assert "Caught" not in output and "<<seL4" not in output
    assert re.match(r"(\w+::.*\n)*\nKataOS-C, release build", output), output[:300]
