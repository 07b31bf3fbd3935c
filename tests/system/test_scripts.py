# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""The original's scenario scripts, as files of the archive, and the output that its documents show; and a session through a
plain pipe."""
import re
import subprocess

from kata import qemu_command

NAMES = ("hello", "fibonacci", "keyval", "logtest", "panic", "timer")
DOCUMENTED = {
    "hello": [r"\[hello\]::I am a C app!"],
    "fibonacci": [r"\[fibonacci\]::fibonacci::\[ 0\] {20}0  0", r"\[fibonacci\]::fibonacci::\[ 9\] {19}34  \d+"],
    "logtest": [r"\[logtest\]::logtest::ping!", r"\[logtest\]::DONE"],
    "panic": [r"\[panic\]::panicked at '"],
    "timer": [r"\[timer\]::timer::sdk_timer_cancel returned Err\(SDKInvalidTimer\) with nothing running",
              r"\[timer\]::timer::sdk_timer_poll returned Ok\(0\) with nothing running",
              r"\[timer\]::timer::sdk_timer_oneshot returned Err\(SDKNoSuchTimer\) with an invalid timer id",
              r"\[timer\]::timer::Timer 0 started", r"\[timer\]::timer::Timer 0 completed", r"\[timer\]::timer::Timer 1 started",
              r"\[timer\]::timer::Timer completed: mask 0b\d+ ms \d+"],
}
MSTATS = r"\d+ bytes in-use, \d+ bytes free, \d+ bytes requested, \d+ overhead\n\d+ objs in-use, \d+ objs requested\n"


def expect_in_order(output, patterns):
    at = 0
    for pattern in patterns:
        match = re.compile(pattern).search(output, at)
        assert match, f"{pattern} is missing behind {output[max(0, at - 200):at]!r}"
        at = match.end()


def forget(console):
    for name in NAMES:
        console.run(f"uninstall {name}")


def test_sparrow(console):
    before = console.mstats()
    output = console.run("source -q sparrow.repl", timeout=60)
    patterns = [r"hello\.app \d+\n"]
    for name in NAMES:
        patterns += [rf'Bundle "{name}" started\.', *DOCUMENTED.get(name, []), rf'Bundle "{name}" stopped\.']
    expect_in_order(output, [*patterns, MSTATS])
    assert "failed:" not in output.replace("read(foo) failed as expected", "")
    forget(console)
    assert console.mstats() == before


def test_rpi3(console):
    before = console.mstats()
    output = console.run("source rpi3.repl", timeout=60)
    expect_in_order(output, [r"packages\n", r"hello\.app \d+\n", r'Bundle "hello" started\.', r"\nbundles\n", r"(?m)^hello$", r'Bundle "timer" started\.',
                             r"\nbundles\n", MSTATS, r'Bundle "timer" stopped\.', MSTATS])
    forget(console)
    assert console.mstats() == before


def test_install_and_life(console):
    """Chapter and verse of the original's guide: install, start, stop, uninstall of one application."""
    output = "".join(console.run(c) for c in ("install logtest.app", "start logtest", "sleep 200", "stop logtest", "uninstall logtest"))
    expect_in_order(output, [r"Collected \d+ bytes of data, crc32 [0-9a-f]{8}\n", r'Bundle "logtest" installed', r'Bundle "logtest" started\.',
                             r'Bundle "logtest" stopped\.', r'Bundle "logtest" uninstalled\.'])
    # The application may be quicker than the console's word about its start.
    expect_in_order(output, [r"start logtest\n", r"\[logtest\]::logtest::ping!", r"\[logtest\]::DONE", r'Bundle "logtest" stopped\.'])


def test_plain_pipe():
    """Standard input is no terminal and ends: every line is executed once, in order, none is lost."""
    lines = [f"echo line {i}" for i in range(200)]
    text = "\n".join([*lines, "sleep 100", "echo after sleep", "shutdown 3"]) + "\n"
    done = subprocess.run(qemu_command(), input=text.encode(), stdout=subprocess.PIPE, timeout=120)
    output = done.stdout.decode().replace("\r\n", "\n")
    assert done.returncode == 3
    assert re.findall(r"^line (\d+)$", output, re.M) == [str(i) for i in range(200)]
    assert "\nafter sleep\n" in output
