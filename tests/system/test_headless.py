# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""The system without UART driver and console: what its script starts runs, in both builds, and needs neither."""
import json
import os
import shlex
import subprocess
import sys

import pytest

import kata
from kata import TOP

sys.path.insert(0, f"{TOP}/tools")
import scripted  # noqa: E402

BUILD = "release" if "release" in os.environ.get("OUT", "") else "debug"


@pytest.fixture(scope="module")
def command():
    """The command that boots the headless system of the build under test."""
    make = ["make", "--no-print-directory", "-s", "-f", "mk/main.mk", f"BUILD={BUILD}", "SYSTEM=headless"]
    environment = {k: v for k, v in os.environ.items() if k not in ("OUT", "MAKEFLAGS", "MFLAGS", "MAKELEVEL")}
    subprocess.run([*make, "all"], cwd=TOP, env=environment, check=True, capture_output=True)
    command = subprocess.run([*make, "qemu-command"], cwd=TOP, env=environment, check=True, capture_output=True, text=True).stdout
    return shlex.join(kata.without_traces(shlex.split(command)))


def run(command, lines, apps=()):
    """Exit code and output of the system with this script."""
    code = None
    try:
        return 0, scripted.run_system(command, lines, apps=apps, timeout=60)
    except scripted.RunError as error:
        code = int(str(error).split("ended with code ")[1].split(":")[0])
        return code, str(error)


def test_has_neither_driver_nor_console(command):
    out = next(os.path.dirname(a.split("file=")[1].split(",")[0]) for a in shlex.split(command) if "user.img" in a)
    components = json.load(open(os.path.join(out, "composition.json")))["components"]
    assert {"uart_driver", "debug_console"}.isdisjoint(components) and "autostart" in components


def test_starts_applications(command):
    """exitcode leaves with code 42; only then does the machine stop with 0."""
    code, output = run(command, ["# started without being installed first", "start exitcode", "wait exitcode 42", "shutdown $?"], ["exitcode"])
    assert code == 0, output
    assert BUILD == "debug" or output == ""         # nothing at all is printed in production


def test_failures_are_results(command):
    script = ["start exitcode", "wait exitcode 41", "shutdown $?"]
    assert run(command, script, ["exitcode"])[0] == 1
    assert run(command, ["start nothing", "shutdown $?"])[0] == 1
    assert run(command, ["format c:", "shutdown $?"])[0] == 2
    assert run(command, ["install exitcode.app", "uninstall exitcode", "start exitcode now", "stop exitcode", "shutdown $?"], ["exitcode"])[0] == 0


def test_script_of_the_build(command):
    """`make SYSTEM=headless run` does what apps/scripts/headless says (debug: through the kernel's console)."""
    argv = shlex.split(command)
    child = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        child.wait(4)
    except subprocess.TimeoutExpired:
        child.kill()
    output = child.stdout.read().decode("latin-1")
    child.wait()
    child.stdout.close()
    assert ("[hello]::" in output and "[fibonacci]::" in output) if BUILD == "debug" else output == ""
