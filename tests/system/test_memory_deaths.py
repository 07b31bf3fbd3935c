# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""MemoryManager is killed again and again, idle and in the middle of its work; nothing is lost, given twice, or leaked."""
import os
import random
import re

import pytest

from kata import LONG, PROMPT, Console, without_log

pytestmark = pytest.mark.skipif(os.environ.get("OUT", "").endswith("release"), reason="release build")

BOOTS = 40 if LONG else 6
DEATHS = 5          # in a minute; after one more the supervisor would let it refuse calls
SEED = int(os.environ.get("SEED", "1"))


def until(console, command, done, tries=8):
    """Repeats a command that a death may spoil until its output says that it is done."""
    for _ in range(tries):
        output = console.run(command)
        if re.search(done, output):
            return output
    raise AssertionError(f"{command}: {output}")


def kill(console, after_us=None):
    """Now, or when it has used so many microseconds of the processor."""
    console.send(f"test_kill memory_manager {after_us or ''}".rstrip() + "\r")
    if after_us is None:
        console.expect("memory_manager: killed at.*restarted")
        console.settle()
    else:
        console.child.expect_exact(PROMPT)


def figures(console):
    """mstats with the lines of the owners."""
    return without_log(until(console, "mstats", "ml_coordinator: 0 bytes").split("mstats\n")[1])


def one_round(console, deaths):
    """Installs, starts, allocates, frees, stops, uninstalls; before each step one of the deaths is due."""
    def step(command, done):
        if deaths:
            kill(console, deaths.pop())
        return until(console, command, done)

    step("install hello.app", "installed|BundleFound|DeleteFirst")
    step("start hello", "started|BundleRunning")
    slot = re.search(r"at slot (\d+)", step("test_malloc 90000", "Allocated"))[1]
    step(f"test_mfree {slot}", "Free'd|nothing was allocated")
    step("stop hello", "stopped|BundleNotRunning|BundleNotFound")
    step("uninstall hello", "uninstalled|BundleNotFound")


def test_killed_while_idle():
    console = Console()
    try:
        before = figures(console)
        console.install("hello")
        console.start("hello")
        running = figures(console)
        for _ in range(DEATHS):
            kill(console)
            assert figures(console) == running
        console.stop("hello")
        console.uninstall("hello")
        assert figures(console) == before
    finally:
        console.close()


@pytest.mark.parametrize("boot", range(BOOTS))
def test_killed_in_the_middle(boot):
    rng = random.Random(SEED * 1000 + boot)
    deaths = [rng.choice((rng.randrange(20, 300), rng.randrange(20, 3000))) for _ in range(DEATHS)]
    console = Console()
    try:
        before = figures(console)
        print("seed", SEED, "boot", boot, "deaths after", deaths)
        one_round(console, deaths)
        one_round(console, [])
        assert figures(console) == before
        assert "memory_manager: killed" in console.transcript()
    finally:
        console.close()
