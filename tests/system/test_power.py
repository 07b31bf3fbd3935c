# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""Beginning and end of a session: boot, shutdown with a code, a session without a terminal."""
import subprocess

import pexpect
import pytest

from kata import TOP, Console, qemu_command


@pytest.mark.parametrize("command, code", [("shutdown", 0), ("shutdown 7", 7), ("shutdown 255", 255)])
def test_shutdown_ends_qemu(command, code):
    console = Console()
    try:
        console.send(command + "\r")
        console.child.expect(pexpect.EOF, timeout=15)
        console.child.close()
        assert console.child.exitstatus == code
    finally:
        console.child.close(force=True)


def session(text, timeout=60):
    """Runs a whole session from a pipe; returns what came out and the exit code."""
    done = subprocess.run(qemu_command(), cwd=TOP, input=text.encode(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          timeout=timeout)
    return done.stdout.decode("utf-8", "replace").replace("\r\n", "\n"), done.returncode


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_session_through_a_pipe(end):
    lines = ["builtins", "install hello.app", "start hello", "sleep 500", "stop hello", "uninstall hello", "mstats", "shutdown 3"]
    output, code = session(end.join(lines) + end)
    assert code == 3
    for text in ("hello.app ", 'Bundle "hello" installed', 'Bundle "hello" started.', "[hello]::I am a C app!",
                 'Bundle "hello" stopped.', 'Bundle "hello" uninstalled.', "bytes in-use"):
        assert text in output
    assert output.count("KATA> ") == len(lines)


def test_boot_is_repeatable():
    """The memory figures after boot are the same each time."""
    figures = {session("mstats\nshutdown\n")[0].split("KATA> ")[1] for _ in range(3)}
    assert len(figures) == 1
