# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""make debug APP=...: a breakpoint in an application is met, there and in no other program; Control-C stops the machine and not QEMU."""
import os
import re
import shutil
import tty

import pexpect
import pytest

from kata import qemu_command

pytestmark = pytest.mark.skipif(not shutil.which("gdb-multiarch"), reason="needs gdb-multiarch (make debug installs it)")


@pytest.fixture
def gdb():
    command = " ".join(qemu_command())
    child = pexpect.spawn("tools/debug.sh", [command, os.environ["OUT"], "app/hello"], encoding="utf-8", timeout=60,
                          env={**os.environ, "TERM": "dumb"})
    yield child
    child.sendline("kill")
    child.sendline("y")
    child.sendline("quit")
    child.expect(pexpect.EOF)


def command(gdb, text):
    gdb.sendline(text)
    gdb.expect_exact("(gdb) ")
    return gdb.before


def test_an_application_in_gdb(gdb):
    gdb.expect(r"redirected to (/dev/pts/\d+)")
    console = os.open(gdb.match.group(1), os.O_RDWR | os.O_NOCTTY)
    try:
        tty.setraw(console)
        gdb.expect_exact("(gdb) ")
        command(gdb, "set pagination off")
        assert "main.c" in command(gdb, "break main")
        gdb.sendline("continue")
        os.write(console, b"install hello.app\rstart hello\r")
        # Other programs have code at this address, too: they do not stop there.
        gdb.expect(r"Breakpoint 1, main \(.*main\.c:\d+")
        gdb.expect_exact("(gdb) ")
        assert re.search(r"#0 .*main \(.*main\.c", command(gdb, "backtrace"))
        command(gdb, "delete 1")
        gdb.sendline("continue")
        gdb.expect("Continuing")
        gdb.sendcontrol("c")
        gdb.expect("SIGINT")
        gdb.expect_exact("(gdb) ")
        assert "pc " in command(gdb, "info registers pc")
    finally:
        os.close(console)
