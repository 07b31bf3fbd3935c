# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""Any component may die at any moment: it is reported with its registers and restarted, whoever called it gets an error, and the system
goes on."""
import os
import random
import re
import time

import pexpect
import pytest

from kata import LONG, PROMPT, Console, padded_bundle

SERVICES = ["uart_driver", "timer_service", "memory_manager", "mailbox_driver", "security_coordinator", "ml_coordinator", "sdk_runtime",
            "process_manager", "debug_console"]
RELEASE = os.environ.get("OUT", "").endswith("release")
debug_only = pytest.mark.skipif(RELEASE, reason="release build")
REGISTERS = r"supervisor::%s: ra 0x[0-9a-f]{8} sp 0x[0-9a-f]{8} gp .* a5 0x[0-9a-f]{8}\r?\n"


def services(console):
    """name -> (state, priority, restarts, overruns, processor us)."""
    rows = re.findall(r"^(\w+) +(running|refusing) +(\d+) +(\d+) +(\d+) +(\d+)$", console.run("services"), re.M)
    return {row[0]: (row[1], *map(int, row[2:])) for row in rows}


def die(console, command, cause, outcome=r"restarted \(\d+\)"):
    """Executes a command that ends a service; waits for the two lines about it and for the prompt behind them."""
    console.send(command + "\r")
    name = command.split()[1]
    console.expect(rf"supervisor::{name}: {cause} at pc 0x[0-9a-f]{{8}}[^;]*; {outcome}\r\n")
    console.expect(REGISTERS % name)
    console.settle()


def test_services(console):
    rows = services(console)
    assert set(rows) == {*SERVICES, "supervisor"}
    assert all(row[0] == "running" and row[2] == 0 for row in rows.values())
    assert rows["supervisor"][1] == max(row[1] for row in rows.values())
    before = rows["debug_console"][4]
    assert services(console)["debug_console"][4] > before


@pytest.mark.skipif(not RELEASE, reason="debug build")
@pytest.mark.parametrize("command", ["test_kill mailbox_driver", "test_crash mailbox_driver"])
def test_release_has_no_sudden_death(console, command):
    assert "unknown command" in console.run(command)


FIBONACCI = re.compile(r"\[fibonacci\]::fibonacci::\[[ \d]\d\] +\d+  (\d+)")


@pytest.fixture(scope="module")
def busy():
    """A system with two applications at work: one writes a line every 100 ms, one waits for ever."""
    console = Console()
    console.before = console.mstats()
    for name in ("fibonacci", "hello"):
        console.install(name)
        console.start(name)
    console.expect(r"\[hello\]::Done")
    console.with_applications = console.mstats()
    yield console
    console.close()


def until(console, command, done, tries=8):
    """Repeats a command that a death may spoil until its output says that it is done. The prompt may be lost, too."""
    for _ in range(tries):
        console.send(command + "\r")
        if console.child.expect_exact([PROMPT, pexpect.TIMEOUT], timeout=5) == 1:
            console.settle()
        output = console.child.before.replace("\r\n", "\n")
        if re.search(done, output, re.M):
            return output
    raise AssertionError(f"{command}: {output}")


def assert_applications_go_on(console):
    """The times of the lines are still multiples of 100 ms, none is missing behind those that the dying driver may have had."""
    times = [int(ms) for ms in FIBONACCI.findall(console.collect(1.2))]
    assert len(times) >= 8, times
    assert times == list(range(times[0], times[-1] + 100, 100)), times
    assert "fibonacci: Running\nhello: Running\n" in until(console, "status", "hello: Running")


@debug_only
@pytest.mark.parametrize("name", SERVICES)
@pytest.mark.parametrize("how, cause", [("test_kill", "killed"), ("test_crash", "instruction (page|access) fault")])
def test_dies_while_idle(busy, name, how, cause):
    """It is reported and restarted; the console comes back, applications go on, no memory is lost and none is given twice."""
    before = services(busy)[name][2]
    die(busy, f"{how} {name}", cause)
    assert services(busy)[name][:3:2] == ("running", before + 1)
    assert_applications_go_on(busy)
    assert busy.mstats() == busy.with_applications


@debug_only
def test_all_memory_comes_back(busy):
    for name in ("fibonacci", "hello"):
        busy.stop(name)
        busy.uninstall(name)
    assert busy.mstats() == busy.before


@debug_only
def test_a_fault_is_reported_with_pc_and_address():
    console = Console()
    try:
        console.send("test_crash ml_coordinator\r")
        console.expect(r"supervisor::ml_coordinator: instruction (page|access) fault at pc 0x00000000, address 0x00000000; restarted \(1\)\r\n")
        console.expect(REGISTERS % "ml_coordinator")
        console.settle()
        assert "ml_coordinator::No running model." in console.run("mldebug")
    finally:
        console.close()


def doom(console, name, after_us):
    """It dies when it has used so much of the processor: in the middle of something."""
    console.send(f"test_kill {name} {after_us}\r")
    console.settle()


# What the services are doing when they die, and the microseconds of the processor that they may do it for.
WORK = [("install", name, us) for name in ("security_coordinator", "process_manager", "memory_manager", "uart_driver") for us in (30, 120, 500)]


@debug_only
@pytest.mark.parametrize("name, after_us", [work[1:] for work in WORK], ids=[f"{work[1]}-{work[2]}" for work in WORK])
def test_dies_during_an_installation(name, after_us):
    console = Console()
    try:
        before = console.mstats()
        doom(console, name, after_us)
        until(console, "install hello.app", "installed|BundleFound|DeleteFirst")
        until(console, "start hello", "started|BundleRunning")
        until(console, "kvwrite hello k v", "Write key")
        until(console, "stop hello", "stopped|BundleNotRunning")
        until(console, "uninstall hello", "uninstalled|BundleNotFound")
        console.settle()
        if services(console)[name][2] == 0:     # it had less to do than that: once more, now
            die(console, f"test_kill {name}", "killed")
        assert console.mstats() == before
    finally:
        console.close()


@debug_only
@pytest.mark.parametrize("name, after_us", [("uart_driver", 3000), ("security_coordinator", 1000), ("process_manager", 400), ("memory_manager", 200),
                                            ("timer_service", 200)])
def test_dies_during_an_upload(tmp_path, name, after_us):
    """The transfer succeeds or fails with a message; the console is there afterwards, and so is all memory."""
    path = tmp_path / "big.app"
    path.write_bytes(padded_bundle(60000, "big"))
    console = Console()
    try:
        before = console.mstats()
        doom(console, name, after_us)
        output = console.send_file(str(path))
        assert "installed" in output or "failed" in output, output
        console.settle()
        until(console, "uninstall big", "uninstalled|BundleNotFound")
        output = console.send_file(str(path))
        assert "installed" in output, output
        until(console, "uninstall big", "uninstalled")
        assert console.mstats() == before
        assert services(console)[name][2] <= 1
    finally:
        console.close()


@debug_only
def test_dies_during_key_writes():
    """A key has its old or its new value, never something else."""
    console = Console()
    try:
        console.install("hello")
        before = console.mstats()
        until(console, "kvwrite hello k 0000", "Write key")
        value = "0000"
        for death, after_us in enumerate((20, 27, 35, 50, 80)):
            doom(console, "security_coordinator", after_us)
            for n in range(6):
                new = f"{death}{n}" * (3 + n)
                output = console.run(f"kvwrite hello k {new}")
                read = re.search(r"^\[([\d, ]+)\]$", until(console, "kvread hello k", r"^\[[\d, ]+\]$"), re.M)[1]
                found = bytes(int(byte) for byte in read.split(", ")).decode()
                assert found == new or ("failed" in output and found == value), (found, new, value, output)
                value = found
        assert services(console)["security_coordinator"][2] > 0
        until(console, "kvdelete hello k", "Delete key")
        assert console.mstats() == before
    finally:
        console.close()


@debug_only
@pytest.mark.parametrize("seed", range(20 if LONG else 2))
def test_random_deaths(seed):
    """Random commands, and one service after the other dies now or in the middle of them. In the end everything is as before."""
    rng = random.Random(seed)
    console = Console()
    commands = [("install hello.app", "installed|BundleFound|DeleteFirst"), ("start hello", "started|BundleRunning|BundleNotFound"),
                ("stop hello", "stopped|BundleNotRunning|BundleNotFound"), ("uninstall hello", "uninstalled|BundleNotFound|BundleRunning"),
                ("kvwrite hello a 1", "Write key|BundleNotFound"), ("kvdelete hello a", "Delete key|BundleNotFound"), ("mstats", "bytes in-use"),
                ("bundles", ""), ("sleep 20", ""), ("capscan mailbox", ""), ("install fibonacci.app", "installed|BundleFound|DeleteFirst"),
                ("start fibonacci", "started|BundleRunning|BundleNotFound"), ("stop fibonacci", "stopped|BundleNotRunning|BundleNotFound"),
                ("uninstall fibonacci", "uninstalled|BundleNotFound|BundleRunning")]
    victims = [name for name in SERVICES for _ in range(4)]
    rng.shuffle(victims)
    try:
        before = console.mstats()
        for name in victims:
            after = rng.choice(("", rng.randrange(20, 200), rng.randrange(20, 2000)))
            console.send(f"test_kill {name} {after}\r")
            console.settle()
            for _ in range(2):
                console.send(rng.choice(commands)[0] + "\r")
                console.settle()
        for name in ("hello", "fibonacci"):
            until(console, f"stop {name}", "stopped|BundleNotRunning|BundleNotFound")
            until(console, f"uninstall {name}", "uninstalled|BundleNotFound")
        console.settle()
        rows = services(console)
        print({name: row[2] for name, row in rows.items()})
        assert all(row[0] == "running" for row in rows.values())
        assert console.mstats() == before
    except Exception:
        print(console.transcript()[-6000:])
        raise
    finally:
        console.close()


@debug_only
def test_a_panic_is_a_death(console):
    console.send("test_panic\r")
    console.expect(r"debug_console::testing\r\n")
    console.expect(r"supervisor::debug_console: panic at pc 0x[0-9a-f]{8}; restarted \(\d+\)\r\n")
    console.expect(REGISTERS % "debug_console")
    console.settle()
    assert "hello.app" in console.run("builtins")


REFUSING = ["mailbox_driver", "security_coordinator", "timer_service", "sdk_runtime", "process_manager"]
REFUSED = {"capscan -k mailbox": "failed", "test_mailbox": "failed", "bundles": "ServiceRestarted", "kvread hello k": "ServiceRestarted",
           "status hello": "ServiceRestarted", "install hello.app": "ServiceRestarted", "stop fibonacci": "ServiceRestarted",
           "test_timer_async 1 10": "ServiceRestarted", "ps": "ps failed: ServiceRestarted", "status": "status failed: ServiceRestarted",
           "packages": "packages failed: ServiceRestarted", "sleep 10": "sleep failed: ServiceRestarted", "top": "top failed: ServiceRestarted"}


def kill_six_times(console, name):
    """In a minute: the sixth time it only refuses."""
    for _ in range(5):
        die(console, f"test_kill {name}", "killed")
    console.send(f"test_kill {name}\r")


def assert_all_is_well(console):
    """The application goes on, and when it is gone no memory is missing."""
    console.settle()
    assert all(row[0] == "running" for row in services(console).values())
    assert len(FIBONACCI.findall(console.collect(1.2))) >= 8
    console.stop("fibonacci")
    console.uninstall("fibonacci")
    assert console.mstats() == console.before


@debug_only
def test_too_many_deaths():
    """After five in a minute a service refuses calls, at once and with an error; when the minute is over it serves again, and everything
    goes on. Three systems at the same time: in two of them the console cannot be used meanwhile."""
    console, no_driver, no_console = systems = [Console() for _ in range(3)]
    try:
        for system in systems:
            system.before = system.mstats()
            system.install("fibonacci")
            system.start("fibonacci")
        kill_six_times(no_driver, "uart_driver")
        kill_six_times(no_console, "debug_console")
        for name in REFUSING:
            kill_six_times(console, name)
            console.expect(rf"supervisor::{name}: killed at pc 0x[0-9a-f]+; too many restarts, refuses calls for \d+ s")
            console.settle()
        used = services(console)
        assert [name for name in SERVICES if used[name][0] == "refusing"] == sorted(REFUSING, key=SERVICES.index)
        for command, error in REFUSED.items():
            assert error in console.run(command), command
        assert all(row[4] - used[name][4] < 1000000 for name, row in services(console).items()), "they sleep meanwhile"
        again = {console.expect(r"supervisor::(\w+): serves again", timeout=90)[1] for _ in REFUSING}
        assert again == set(REFUSING)
        no_driver.expect("uart_driver: serves again", timeout=90)
        no_console.expect("debug_console: serves again", timeout=90)
        for system in systems:
            assert_all_is_well(system)
    finally:
        for system in systems:
            system.close()
