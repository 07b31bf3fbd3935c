# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""Applications that flood the SDK, spin for ever, or abuse capabilities disturb neither another application's timer nor
the console."""
import re
import time

import pytest

from kata import LONG

SECONDS = 6 if LONG else 3
FIBONACCI = re.compile(r"\[fibonacci\]::fibonacci::\[[ \d]\d\] +\d+  (\d+)")


def fibonacci_rate(console):
    """Numbers per second: ten, as its timer has 100 ms."""
    console.install("fibonacci")
    console.start("fibonacci")
    console.expect(FIBONACCI)
    start = time.monotonic()
    lines = FIBONACCI.findall(console.collect(SECONDS))
    rate = len(lines) / (time.monotonic() - start)
    times = [int(ms) for ms in lines]
    assert times == sorted(times)
    console.stop("fibonacci")
    console.uninstall("fibonacci")
    return rate


@pytest.mark.parametrize("names", [("flood",), ("spin",), ("capabuse",), ("flood", "spin", "capabuse")], ids="+".join)
def test_disturbs_nobody(console, names):
    before = console.mstats()
    undisturbed = fibonacci_rate(console)
    for name in names:
        console.install(name)
        console.start(name)
    for _ in range(10):
        start = time.monotonic()
        assert "bytes in-use" in console.run("mstats")
        assert time.monotonic() - start < 2
    assert fibonacci_rate(console) > 0.8 * undisturbed
    for name in names:
        console.run(f"stop {name}")
        console.uninstall(name)
    assert console.mstats() == before


def test_every_last_act_of_capabuse(console):
    """It ends in another forbidden way at each start; the SDK serves others all the while."""
    before = console.mstats()
    console.install("capabuse")
    for _ in range(9):
        console.start("capabuse")
        console.wait_status("capabuse", r"(Exited|Faulted).*", timeout=30)
    console.install("keyval")
    console.start("keyval")
    console.expect(r"\[keyval\]::keyval::write ok")
    console.run("")
    console.wait_status("keyval", r"Exited \(code 0\)")
    for name in ("keyval", "capabuse"):
        console.uninstall(name)
    assert console.mstats() == before


def test_keys_of_applications_are_apart(console):
    console.install("keyval")
    console.run("kvwrite hello foo theirs")
    console.start("keyval")
    console.expect(r"read\(foo\) failed as expected")
    console.run("")
    console.wait_status("keyval", r"Exited \(code 0\)")
    console.uninstall("keyval")
