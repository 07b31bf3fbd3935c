# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""ProcessManager and SDKRuntime are killed again and again, idle and in the middle of their work: running applications go on, whoever
waits gets an answer, and at the end nothing has leaked."""
import os
import random
import re
import time

import pytest

from kata import LONG, PROMPT, Console, without_log

pytestmark = pytest.mark.skipif(os.environ.get("OUT", "").endswith("release"), reason="release build")

BOOTS = 40 if LONG else 5
DEATHS = 5          # in a minute; after one more the supervisor would let it refuse calls
SEED = int(os.environ.get("SEED", "1"))
FIBONACCI = re.compile(r"\[fibonacci\]::fibonacci::\[[ \d]\d\] +\d+  (\d+)")


def until(console, command, done, tries=8):
    """Repeats a command that a death may spoil until its output says that it is done."""
    for _ in range(tries):
        output = console.run(command)
        if re.search(done, output):
            return output
    raise AssertionError(f"{command}: {output}")


def kill(console, name, after_us=None):
    """Now, or when it has used so many microseconds of the processor."""
    console.send(f"test_kill {name} {after_us or ''}".rstrip() + "\r")
    if after_us is None:
        console.expect(f"{name}: killed at.*restarted")
        console.settle()
    else:
        console.child.expect_exact(PROMPT)


def wait_for_end(console, name, timeout=60):
    end = time.monotonic() + timeout
    while not re.search(rf"^{name}: (Exited.*|Stopped)$", console.run(f"status {name}"), re.M):
        assert time.monotonic() < end, f"{name} does not end"
        time.sleep(0.05)


def figures(console):
    return without_log(until(console, "mstats", "ml_coordinator: 0 bytes").split("mstats\n")[1])


def fibonacci_goes_on(console):
    """It prints on, ten numbers a second, and has lost none: its times are 100 ms apart."""
    times = [int(ms) for ms in FIBONACCI.findall(console.collect(1.0))]
    assert len(times) >= 5
    assert all(b - a in (100, -7900) for a, b in zip(times, times[1:]))


def install(console, name):
    until(console, f"install {name}.app", "installed|BundleFound|DeleteFirst")


def remove(console, name):
    until(console, f"stop {name}", "stopped|BundleNotRunning|BundleNotFound")
    until(console, f"uninstall {name}", "uninstalled|BundleNotFound")


@pytest.mark.parametrize("name", ["process_manager", "sdk_runtime"])
def test_killed_while_applications_run(name):
    console = Console()
    try:
        before = figures(console)
        for app in ("fibonacci", "pong", "hello", "suicide"):
            console.install(app)
            console.start(app)
        console.run("suspend hello")
        faulted = console.wait_status("suicide", "Faulted.*")
        running = figures(console)
        for _ in range(DEATHS):
            kill(console, name)
            fibonacci_goes_on(console)
            assert figures(console) == running
        assert console.status("fibonacci") == "Running"
        assert console.status("hello") == "Suspended"
        assert console.status("suicide") == faulted
        console.install("ping")
        console.start("ping")
        console.expect(r"ping::17 round trips", timeout=30)
        console.run("resume hello")
        assert console.status("hello") == "Running"
        for app in ("fibonacci", "pong", "hello", "suicide", "ping"):
            remove(console, app)
        assert figures(console) == before
    finally:
        console.close()


def test_waiting_call_is_answered():
    console = Console()
    try:
        console.install("hostile")
        console.run("start hostile wait")
        console.collect(1)
        assert "hostile::waiting" in console.transcript()
        console.run("")
        kill(console, "sdk_runtime")
        console.wait_status("hostile", r"Exited \(code 19\)")
        assert "hostile::waiting call: SDKServiceRestarted, timer SDKTimerAlreadyExists" in console.transcript()
    finally:
        console.close()


def one_round(console, name, deaths):
    """Before each step one of the deaths is due."""
    def step(command, done):
        if deaths:
            kill(console, name, deaths.pop())
        return until(console, command, done)

    step("install memory.app", "installed|BundleFound|DeleteFirst")
    step("start memory", "started")
    step("suspend fibonacci", "suspended")
    step("resume fibonacci", "resumed")
    step("start ping 4", "started")
    wait_for_end(console, "memory")
    wait_for_end(console, "ping")
    step("stop memory", "stopped|BundleNotRunning|BundleNotFound")
    step("uninstall memory", "uninstalled|BundleNotFound")


@pytest.mark.parametrize("name", ["process_manager", "sdk_runtime"])
@pytest.mark.parametrize("boot", range(BOOTS))
def test_killed_in_the_middle(name, boot):
    rng = random.Random(f"{SEED} {name} {boot}")
    deaths = [rng.choice((rng.randrange(20, 200), rng.randrange(20, 4000))) for _ in range(DEATHS)]
    console = Console()
    try:
        before = figures(console)
        for app in ("fibonacci", "pong", "ping"):
            console.install(app)
        console.start("fibonacci")
        console.start("pong")
        print("seed", SEED, "boot", boot, "deaths after", deaths)
        one_round(console, name, deaths)
        end = time.monotonic() + 10
        while f"{name}: killed" not in console.transcript():
            assert time.monotonic() < end
            console.run("status")
        one_round(console, name, [])
        fibonacci_goes_on(console)
        for app in ("fibonacci", "pong", "ping"):
            remove(console, app)
        assert figures(console) == before
    finally:
        console.close()
