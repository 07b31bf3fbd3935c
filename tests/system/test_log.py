# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""The log: levels per component, lines whole and in order, losses counted, nobody waits for a slow console."""
import re
import socket
import subprocess
import time

import pytest

from kata import PROMPT, qemu_command


def is_debug(console):
    return "test_log" in console.run("help")


def test_level_of_one_component(console):
    console.install("logtest")
    assert console.run("loglevel sdk_runtime error").splitlines()[-2:] == ["sdk_runtime error", "info"]
    console.start("logtest")                                # applications log through sdk_runtime
    assert "ping" not in console.collect(1)
    console.stop("logtest")
    assert "memory_manager::" in console.run("mdebug")      # others still do
    assert console.run("loglevel info").splitlines()[-1] == "info"
    console.start("logtest")
    console.expect(r"\[logtest\]::.*ping!")
    console.stop("logtest")
    console.uninstall("logtest")
    assert "Unknown component nobody" in console.run("loglevel nobody info")
    assert "Unknown log level loud" in console.run("loglevel sdk_runtime loud")


def test_dmesg_shows_the_last_lines_again(console):
    console.run("mdebug")
    again = console.run("dmesg")
    printed = [line for line in console.run("mdebug").splitlines() if "::" in line]
    assert len(printed) > 3
    for line in printed[-3:]:
        assert line.split(" ")[0] in again
    assert all("::" in line for line in again.splitlines()[1:])


class SlowTerminal:
    """The serial line as a socket that is read when the test wants to. (A pseudo terminal will not do: a full one makes QEMU
    drop bytes.)"""

    def __init__(self, folder):
        path = str(folder / "line")
        server = socket.socket(socket.AF_UNIX)
        server.bind(path)
        server.listen()
        argv = [a.replace("stdio,id=console,signal=off", f"socket,id=console,path={path}") for a in qemu_command()]
        self.child = subprocess.Popen(argv, stdin=subprocess.DEVNULL)
        server.settimeout(20)
        self.line = server.accept()[0]
        server.close()

    def read_until(self, done, timeout=60):
        """What comes until it is done: a pattern, or a function of what has come."""
        text, end = "", time.monotonic() + timeout
        self.line.settimeout(timeout)
        done = done if callable(done) else re.compile(done).search
        while not done(text):
            assert time.monotonic() < end, text[-500:]
            text += self.line.recv(65536).decode("latin-1")
        return text

    def close(self):
        self.child.kill()
        self.child.wait()
        self.line.close()


def lost_and_told(text):
    """Lines that loglevel says were lost, None before it does, and the sum of what the driver has told about them."""
    lost = re.search(r"debug_console info, (\d+) lines lost\r\n", text)
    told = re.findall(r"uart_driver::(\d+) log lines of debug_console lost\r\n", text)
    return lost and int(lost[1]), sum(map(int, told))


def test_slow_console_stalls_nobody_and_loses_only_whole_lines(console, tmp_path):
    """The terminal is not read while a component logs far more than any buffer takes: it goes on at once; what is printed is
    whole and in order; the rest is counted, and the counts are right."""
    if not is_debug(console):
        pytest.skip("release build")
    lines = 20000
    terminal = SlowTerminal(tmp_path)
    try:
        terminal.read_until(PROMPT)
        terminal.line.send(b"test_log 20000\rloglevel\r")
        time.sleep(3)                                       # the terminal's buffer is full long before
        text = terminal.read_until(lambda text: len(set(lost_and_told(text))) == 1)     # on a busy host it is told in parts
    finally:
        terminal.close()
    numbers = [int(n) for n in re.findall(r"debug_console::line (\d+) of 20000 of a flood\r\n", text)]
    assert numbers == sorted(set(numbers)) and len(numbers) > 10
    told = lost_and_told(text)[1]
    assert told > 0 and len(numbers) + told == lines
    leftover = re.sub(r"debug_console::line \d+ of 20000 of a flood|uart_driver::\d+ log lines of debug_console lost", "", text)
    assert "::" not in leftover


def test_log_survives_the_driver(console):
    if not is_debug(console):
        pytest.skip("release build")
    console.run("test_log 3")
    console.run("loglevel ml_coordinator trace")
    console.run("test_kill uart_driver")
    time.sleep(0.5)
    console.run("")
    assert "debug_console::line 3 of 3 of a flood" in console.run("dmesg")
    assert "ml_coordinator trace" in console.run("loglevel")
    console.run("loglevel info")


def test_an_application_cannot_flood_the_log(console):
    """It gets a burst and then so many lines a second; what it loses is counted, and nobody else loses anything."""
    console.install("logtest")
    console.install("chatter")
    start = time.monotonic()
    console.run("start chatter 3000")
    console.start("logtest")
    console.expect(r"\[logtest\]::DONE", timeout=60)         # another application is heard meanwhile
    console.expect(r"\[chatter\]::end", timeout=120)
    seconds = time.monotonic() - start
    text = console.transcript()
    text = text[text.rindex("start chatter 3000"):]
    numbers = [int(n) for n in re.findall(r"\[chatter\]::line (\d+) of 3000\r\n", text)]
    lost = sum(int(n) for n in re.findall(r"\[chatter\]::(\d+) log lines lost\r\n", text))
    assert numbers == sorted(set(numbers)) and numbers[:50] == list(range(1, 51))
    assert len(numbers) + lost == 3000
    assert len(numbers) < 200 + 60 * seconds
    assert "log lines of" not in text                       # the driver lost nothing
    for name in ("chatter", "logtest"):
        console.run(f"stop {name}")
        console.uninstall(name)
