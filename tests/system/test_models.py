# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""Models on the vector core, from the console: native images of models/native/tests."""
import os
import re
import time

import pytest

from kata import Console

pytestmark = pytest.mark.skipif(os.environ.get("OUT", "").endswith("release"), reason="release build")
NAMES = ("mladd", "mlfail", "mljump", "mlloop", "mlwild")


@pytest.fixture(scope="module")
def console():
    c = Console()
    for name in NAMES:
        assert f'Model "{name}" installed' in c.run(f"install {name}.model")
    yield c
    c.close()


def output(console, name, timeout=10):
    """What is said about the last run, as soon as there is one."""
    end = time.monotonic() + timeout
    while "NoOutputHeader" in (said := console.run(f"test_mloutput {name} {name}")):
        assert time.monotonic() < end, said
        time.sleep(0.05)
    return said


def figures(console, name):
    """runs, faults, drops."""
    found = re.search(rf"^{name} .* (\d+) runs +(\d+) faults +(\d+) drops", console.run("models"), re.M)
    return tuple(int(n) for n in found.groups())


def jobs(console, name, n, timeout=10):
    """Waits for the n-th run's end."""
    end = time.monotonic() + timeout
    while figures(console, name)[0] < n:
        assert time.monotonic() < end, console.run("models")
        time.sleep(0.05)


def test_input_and_output(console):
    """5000 bytes in and out; the temporary data is zero again in every run, the static data is as the last run has left it."""
    console.run("test_mlexecute mladd mladd")
    assert "Job 1 returned 0, epc 0x0\n5000 of 5000 bytes, sum 5000, first 1" in output(console, "mladd")
    assert console.run("test_mlinput mladd mladd 7").strip().endswith("test_mlinput mladd mladd 7")
    console.run("test_mlexecute mladd mladd")
    assert "Job 2 returned 0, epc 0x0\n5000 of 5000 bytes, sum 45000, first 9" in output(console, "mladd")


def test_returns_an_error(console):
    console.run("test_mlexecute mlfail mlfail")
    assert "Job 1 returned 13" in output(console, "mlfail")


def test_writes_outside_its_windows(console):
    """Stopped and reported with cause, pc and address, and the next in the queue runs."""
    before = figures(console, "mladd")[0]
    console.run("test_mlexecute mlwild mlwild")
    console.run("test_mlexecute mladd mladd")
    assert re.search(r"Job 1 faulted: cause 0xf pc 0x800000[0-9a-f]{2} address 0x90000000", output(console, "mlwild"))
    jobs(console, "mladd", before + 1)
    assert figures(console, "mlwild") == (1, 1, 0)


def test_jumps_outside_its_text(console):
    before = figures(console, "mladd")[0]
    console.run("test_mlexecute mljump mljump")
    console.run("test_mlexecute mladd mladd")
    assert "Job 1 faulted: cause 0xc pc 0x80010000 address 0x80010000" in output(console, "mljump")
    jobs(console, "mladd", before + 1)
    assert figures(console, "mljump") == (1, 1, 0)


def test_loops_for_ever(console):
    """Its time is over, and the next in the queue runs."""
    before = figures(console, "mladd")[0]
    console.run("test_mlpriority mlloop mlloop 5 300")
    console.run("test_mlexecute mlloop mlloop")
    console.run("test_mlexecute mladd mladd")
    assert re.search(r"Job 1 faulted: cause 0x80000007 pc 0x800000[0-9a-f]{2} ", output(console, "mlloop"))
    jobs(console, "mladd", before + 1)


def test_cancel_while_it_runs(console):
    before = figures(console, "mladd")[0]
    for _ in range(20):
        console.run("test_mlexecute mlloop mlloop")
        assert "Cancelled mlloop mlloop" in console.run("test_mlcancel mlloop mlloop")
    assert "NoSuchModel" in console.run("test_mlcancel mlloop mlloop")
    console.run("test_mlexecute mladd mladd")
    jobs(console, "mladd", before + 1)
    assert "mlloop" not in console.run("models").partition("\n")[2]


def test_periodic(console):
    console.run("test_mlperiodic mladd mladd 50")
    before = figures(console, "mladd")
    console.run("sleep 2000")
    after = figures(console, "mladd")
    assert 35 <= after[0] + after[2] - before[0] - before[2] <= 60     # the console's own time comes on top
    assert "Cancelled mladd mladd" in console.run("test_mlcancel mladd mladd")
    console.run("sleep 200")
    assert "mladd" not in console.run("models").partition("\n")[2]


def test_nobody_there(console):
    assert "NoSuchModel" in console.run("test_mlexecute mladd none")
    assert "NoSuchModel" in console.run("test_mloutput none none")
    assert "InvalidTimer" in console.run("test_mlperiodic mladd mladd 0")


def test_memory_comes_back(console):
    for name in NAMES:
        console.run(f"test_mlcancel {name} {name}")
    console.run("sleep 100")
    console.run("state_mlcoord")
    free, size = re.findall(r"TCM free: (\d+) of (\d+) bytes", console.transcript())[-1]
    assert free == size == str((4 << 20) - (16 << 10))     # the executor has the rest


def test_service_starts_again(console):
    """What ran is stopped, and models run again."""
    console.run("test_mlexecute mlloop mlloop")
    console.send("test_kill ml_coordinator\r")
    console.expect("ml_coordinator: killed at.*restarted")
    console.settle()
    console.run("test_mlexecute mladd mladd")
    assert "Job 1 returned 0, epc 0x0\n5000 of 5000 bytes, sum 5000, first 1" in output(console, "mladd")


def test_application(console):
    """mltest: what an application gets of all this, and that nothing of it remains."""
    console.install("mltest")
    console.run("test_mlpriority mltest mlloop 4 300")
    console.start("mltest")
    console.expect(r"\[mltest\]::DONE!", timeout=30)
    said = console.transcript()
    for line in ("no-such-model: SDKNoSuchModel", "cancel 7: SDKNoSuchModel", "cancel 31: Ok", "mladd: job 1 returned 0, 5000 bytes, first 1, last 1",
                 "input: Ok, 5000 bytes", "set input: Ok", "set too much: SDKSerializeFailed", "mladd: job 2 returned 0, 5000 bytes, first 42, last 42",
                 "mlfail: job 1 returned 13, 0 bytes", "mlloop: fault, cause 0x80000007 pc 0x800000",
                 "periodic: job 12 returned 0, 5000 bytes, first 52, last 52", "poll: Ok, mask 0x0", "after cancel: SDKNoModelOutput",
                 "at any time: Ok, 0 of 20 outputs torn", "add: job 1 returned 0, 5000 bytes"):
        assert f"[mltest]::{line}" in said, line
    assert re.search(r"\[mltest\]::mlwild: fault, cause 0xf pc 0x800000[0-9a-f]{2} address 0x90000000", said)
    console.wait_status("mltest", r"Exited \(code 0\)")
    console.stop("mltest")
    assert "mltest" not in console.run("models").partition("\n")[2]
