# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""After any number of rounds of install, start, fault or stop, uninstall the memory figures are the same to the byte."""
import pytest

from kata import LONG

ROUNDS = 100 if LONG else 10
STOPPED = ("hello", "fibonacci")
ENDING = ("suicide", "panic", "keyval", "logtest")


@pytest.mark.parametrize("name", STOPPED + ENDING)
def test_rounds(console, name):
    before = console.mstats()
    for _ in range(ROUNDS):
        console.install(name)
        console.start(name)
        if name in STOPPED:
            console.stop(name)
        else:
            console.wait_status(name, r"(Exited|Faulted).*")
        console.uninstall(name)
    assert console.mstats() == before


def test_starts_without_reinstalling(console):
    before = console.mstats()
    console.install("suicide")
    installed = console.mstats()
    for _ in range(ROUNDS):
        console.start("suicide")
        console.wait_status("suicide", "Faulted.*")
        assert console.mstats() == installed        # what it used is back as soon as it is dead
    console.uninstall("suicide")
    assert console.mstats() == before


def test_several_together(console):
    names = STOPPED + ENDING
    before = console.mstats()
    for _ in range(max(1, ROUNDS // 5)):
        for name in names:
            console.install(name)
            console.start(name)
        for name in ENDING:
            console.wait_status(name, r"(Exited|Faulted).*")
        for name in STOPPED:
            console.stop(name)
        for name in reversed(names):
            console.uninstall(name)
    assert console.mstats() == before
