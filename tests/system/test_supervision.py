# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""Any component may die at any moment: it is reported with its registers and restarted, whoever called it gets an error, and the system
goes on."""
import os
import re
import time

import pytest

from kata import PROMPT, Console

SERVICES = ["uart_driver", "timer_service", "memory_manager", "mailbox_driver", "security_coordinator", "ml_coordinator", "sdk_runtime",
            "process_manager", "debug_console"]
STATELESS = ["uart_driver", "mailbox_driver", "ml_coordinator", "debug_console"]
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


@debug_only
@pytest.mark.parametrize("name", STATELESS)
def test_killed_while_idle(console, name):
    before = services(console)[name][2]
    die(console, f"test_kill {name}", "killed")
    assert services(console)[name][2] == before + 1


@debug_only
def test_fault_is_reported_with_pc_and_address(console):
    die(console, "test_crash ml_coordinator", "instruction access fault at pc 0x00000000, address 0x00000000".split(" at")[0])
    assert "ml_coordinator::no vector core" in console.run("mldebug")


@debug_only
def test_a_panic_is_a_death(console):
    console.send("test_panic\r")
    console.expect(r"debug_console::testing\r\n")
    console.expect(r"supervisor::debug_console: panic at pc 0x[0-9a-f]{8}; restarted \(\d+\)\r\n")
    console.expect(REGISTERS % "debug_console")
    console.settle()
    assert "hello.app" in console.run("builtins")


@debug_only
def test_too_many_deaths():
    """After five in a minute it refuses calls, at once and with an error; when the minute is over it serves again."""
    console = Console()
    try:
        start = time.monotonic()
        for _ in range(5):
            die(console, "test_kill mailbox_driver", "killed")
        die(console, "test_kill mailbox_driver", "killed", r"too many restarts, refuses calls for \d+ s")
        assert services(console)["mailbox_driver"][0] == "refusing"
        assert "CapScanFailed" in console.run("capscan -k mailbox")
        assert "Test mailbox failed" in console.run("test_mailbox")
        before = services(console)["mailbox_driver"][4]
        console.run("sleep 2000")
        assert services(console)["mailbox_driver"][4] - before < 100000, "it sleeps meanwhile"
        console.expect(r"supervisor::mailbox_driver: serves again", timeout=70)
        assert time.monotonic() - start > 40
        assert services(console)["mailbox_driver"][0] == "running"
        assert "failed" not in console.run("capscan -k mailbox")
    finally:
        console.close()
