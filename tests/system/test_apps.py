# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""Applications: installed, started, heard, stopped or seen to end."""
import re
import time

import pytest

GREETINGS = {
    "hello": r"\[hello\]::I am a C app!",
    "fibonacci": r"\[fibonacci\]::fibonacci::\[ ?1\] +1  100\b",
    "keyval": r"\[keyval\]::keyval::delete ok \(for missing key\)",
    "logtest": r"\[logtest\]::DONE",
    "timer": r"\[timer\]::timer::Timer 0 completed",
}


@pytest.mark.parametrize("name", GREETINGS)
def test_life_of_an_application(console, name):
    before = console.mstats()
    console.install(name)
    console.start(name)
    console.expect(GREETINGS[name])
    console.run("")
    stopped = console.run(f"stop {name}")
    assert f'Bundle "{name}" stopped.' in stopped or "BundleNotRunning" in stopped
    console.uninstall(name)
    assert console.mstats() == before


def test_documented_output(console):
    """The lines of reference/kataos.md 12.6 for logtest."""
    output = console.run("install logtest.app")
    assert re.search(r'Collected \d+ bytes of data, crc32 [0-9a-f]{8}\nBundle "logtest" installed\n', output)
    console.start("logtest")
    console.expect(r"\[logtest\]::logtest::ping!\r\n\[logtest\]::DONE\r\n")
    console.run("")
    console.uninstall("logtest")


def test_timer_application_to_its_end(console):
    console.install("timer")
    console.start("timer")
    console.expect(r"sdk_timer_cancel returned Err\(\w+\) with nothing running")
    console.expect(r"sdk_timer_poll returned Ok\(0\) with nothing running")
    console.expect(r"Timer 1 started")
    console.expect(r"Timer completed: mask 0b0?10 ms 750", timeout=10)
    assert console.wait_status("timer", r"Exited \(code 0\)") == "Exited (code 0)"
    console.uninstall("timer")


def test_two_at_once_with_a_responsive_console(console):
    for name in ("fibonacci", "timer"):
        console.install(name)
        console.start(name)
    bundles = re.findall(r"^(?:\S+)$", console.run("bundles"), re.M)
    assert {"fibonacci", "timer"} <= set(bundles)
    worst = 0
    for _ in range(10):
        start = time.monotonic()
        assert "bytes in-use" in console.run("mstats")
        worst = max(worst, time.monotonic() - start)
    assert worst < 2
    text = console.collect(1.5)
    assert "[fibonacci]::" in text and "[timer]::" in text
    for line in text.replace("\r\n", "\n").splitlines()[1:-1]:       # whole lines, never mixed
        assert re.match(r"^(\[fibonacci\]::fibonacci::\[[ \d]\d\] +\d+  \d+|\[timer\]::timer::.*)$", line), line
    for name in ("fibonacci", "timer"):
        console.run(f"stop {name}")
        console.uninstall(name)


def test_suicide_is_seen(console):
    console.install("suicide")
    console.start("suicide")
    status = console.wait_status("suicide", r"Faulted.*")
    match = re.fullmatch(r"Faulted \(cause VMFault store, pc 0x([0-9a-f]+), address 0x0\)", status)
    assert match and int(match[1], 16) >= 0x1000
    assert "suicide" not in console.run("bundles").splitlines()
    console.start("suicide")                # again
    console.wait_status("suicide", r"Faulted.*")
    console.uninstall("suicide")


def test_panic_is_seen(console):
    console.install("panic")
    console.start("panic")
    console.expect("Goodbye, cruel world")
    console.run("")
    status = console.wait_status("panic", r"(Exited|Faulted).*")
    assert re.fullmatch(r"Exited \(code -?[1-9]\d*\)", status)
    console.uninstall("panic")


@pytest.mark.parametrize("name, pattern", [
    ("exitcode", r"Exited \(code 42\)"),
    ("overflow", r"Faulted \(cause VMFault store, pc 0x[0-9a-f]+, address 0x[1-9a-f][0-9a-f]*\)"),
    ("crash-breakpoint", r"Faulted \(cause UserException breakpoint, pc 0x[1-9a-f][0-9a-f]*, address 0x0\)"),
    ("crash-illegal", r"Faulted \(cause UserException illegal instruction, pc 0x[1-9a-f][0-9a-f]*, address 0x0\)"),
    ("crash-jump", r"Faulted \(cause VMFault fetch, pc (0x[1-9a-f][0-9a-f]*), address \1\)"),
    ("crash-kernel", r"Faulted \(cause VMFault load, pc 0x[1-9a-f][0-9a-f]*, address 0x8[0-9a-f]{7}\)"),
    ("crash-syscall", r"Faulted \(cause UnknownSyscall \d+, pc 0x[1-9a-f][0-9a-f]*, address 0x0\)"),
    ("crash-vector", r"Faulted \(cause UserException illegal instruction, pc 0x[1-9a-f][0-9a-f]*, address 0x0\)"),
    ("crash-writetext", r"Faulted \(cause VMFault store, pc 0x[1-9a-f][0-9a-f]*, address 0x1[0-9a-f]{4}\)"),
])
def test_other_ends(console, name, pattern):
    if f"{name}.app" not in console.run("builtins"):
        pytest.skip(f"no {name}.app")
    before = console.mstats()
    console.install(name)
    console.start(name)
    console.wait_status(name, pattern)
    console.uninstall(name)
    assert console.mstats() == before


def test_states_and_refusals(console):
    console.install("hello")
    assert console.status("hello") == "Stopped"
    assert re.search("install failed: (BundleFound|DeleteFirst)", console.run("install hello.app"))
    console.start("hello")
    assert console.status("hello") == "Running"
    assert "uninstall failed: BundleRunning" in console.run("uninstall hello")
    console.stop("hello")
    assert console.status("hello") == "Stopped"
    console.uninstall("hello")
    assert "start failed: BundleNotFound" in console.run("start nobody")
