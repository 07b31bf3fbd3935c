# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""The security core and who attacks it: hart 0 from both modes, hart 2, garbage in the mailbox; and a security core that does not answer, hangs or
fails. The machine is that of QEMU_COMMAND with other images (machine.py)."""
import re
import shlex
import subprocess
import time

import pytest

from machine import OUT, RELEASE, Monitor, kata, machine, with_monitor


# --- hart 0 ---

@pytest.fixture(scope="module")
def probe():
    """What the program in the kernel's place says."""
    command = machine({"monitor.elf": "security/monitor.elf", "kernel.elf": "security/probe.elf"}, ("user.img", "builtins.cpio"))
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, timeout=120)
    return done.stdout.decode(errors="replace").replace("\r", "")


@pytest.mark.parametrize("mode", ["supervisor", "user"])
@pytest.mark.parametrize("what, targets", [
    ("the security core's memory", ["security core, code", "security core, variables", "security core, end of its slot"]),
    ("its flash", ["flash, unit 0", "flash, unit 1", "flash, end"]),
    ("bus masters", ["PCI configuration of the doorbell", "PCI configuration, end", "virtio, first transport", "virtio, last transport", "fw_cfg"]),
    ("its interrupts and its watchdog", ["timers and software interrupts", "watchdog of the security core", "interrupt enables of the security core",
                                         "interrupt claim of the security core"]),
    ("hart 2's memory", ["vector core", "vector core, page tables", "vector core, end of its slot"]),
    ("hart 2's interrupts", ["interrupt enables of the vector core", "interrupt claim of the vector core", "timer of the vector core"]),
])
def test_hart_0_is_refused(probe, mode, what, targets):
    for target in targets:
        for access in ("load", "store", "fetch"):
            evidence = re.findall(rf"^{mode} {access} 0x[0-9a-f]{{8}}: access fault, {target}$", probe, re.M)
            assert evidence, f"{what}: no evidence of {mode} {access} {target}\n{probe[-3000:]}"
            print(*evidence)


def test_nothing_is_let_through(probe):
    assert "LET THROUGH" not in probe and "let through 00000000" in probe
    assert re.search(r"^supervisor store 0x[0-9a-f]+: access fault, boot ROM$", probe, re.M)
    assert re.search(r"^supervisor store 0x[0-9a-f]+: access fault, boot manifest$", probe, re.M)
    assert "DMA of the doorbell: nothing arrives" in probe


def test_garbage_in_the_mailbox(probe):
    """The security core counts what it refuses, does not start again, and serves a good request behind it all."""
    numbers = {name: int(value, 16) for name, value in re.findall(r"^(restarts|malformed|overruns|requests) ([0-9a-f]{8})$", probe, re.M)}
    assert "good request served" in probe, probe[-1500:]
    assert numbers["restarts"] == 0 and numbers["malformed"] >= 32 and numbers["overruns"] > 0
    assert "message with an address of the security core: refused with an error" in probe
    assert "request that nobody knows: not supported" in probe
    assert probe.rstrip().endswith("probe done")


# --- hart 2 ---

def test_hart_2_is_refused(tmp_path):
    """From machine mode: everything that is not its own. Its results are in its slot, which hart 0 can not read."""
    path = tmp_path / "monitor"
    command = with_monitor(machine({"vector_core.elf": "security/hart2.elf"}), path)
    qemu = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    try:
        monitor = Monitor(path)
        end = time.monotonic() + 30
        while (head := monitor.words(0x80501000, 2))[0] != 0x2B0B2B0B:
            assert time.monotonic() < end, head
            time.sleep(0.1)
        words = monitor.words(0x80501008, 4 * head[1])
    finally:
        qemu.kill()
        qemu.wait()
    results = {words[i]: tuple(words[i + 1:i + 4]) for i in range(0, len(words), 4)}
    assert len(results) == head[1] == 31
    assert {0x80400000, 0x80404000, 0x22000000, 0x80600000, 0x40000060, 0x30000000, 0x80001000} <= results.keys()
    for address, (load, store, fetch) in results.items():
        print(f"hart 2, 0x{address:08x}: load cause {load}, store cause {store}, fetch cause {fetch}")
        if address == 0x806FE000:       # the boot manifest, which it has no use for either
            assert (load, store) == (5, 7)
        else:
            assert (load, store, fetch) == (5, 7, 1), hex(address)


# --- an application, a service ---

@pytest.fixture
def console(monkeypatch):
    monkeypatch.setenv("QEMU_COMMAND", shlex.join(machine({})))
    c = kata.Console()
    yield c
    c.close()


# the security core's memory, its flash, the mailbox's FIFOs and buffers, both doorbells
PLACES = ["80400000", "80404000", "22000000", "80600000", "80601000", "40000060", "40100060"]


def test_an_application_is_refused(console):
    console.install("touch")
    for place in PLACES:
        for access in ("load", "store"):
            console.run(f"start touch {access} {place}")
            print(console.wait_status("touch", rf"Faulted \(cause VMFault {access}, pc 0x[0-9a-f]+, address 0x{place}\)"))


@pytest.mark.skipif(RELEASE, reason="release build")
def test_a_service_is_refused():
    """The console, which is as good as any but MailboxDriver and SecurityCoordinator: they have the FIFOs and the buffers, and no more."""
    for places in (PLACES[:2], PLACES[2:4], PLACES[4:]):        # six deaths in a minute are too many
        console = kata.Console()
        try:
            for place in places[:2]:
                for access in ("load", "store"):
                    console.send(f"test_touch {access} 0x{place}\r")
                    print(console.expect(rf"debug_console: {access} (?:page|access) fault at pc 0x[0-9a-f]+, address 0x{place}")[0])
                    console.settle()
        finally:
            console.close()


# --- a security core that fails ---

@pytest.fixture
def failing(monkeypatch):
    """A console with a security core whose Echo can be told to fail."""
    if RELEASE:
        pytest.skip("release build")
    monkeypatch.setenv("QEMU_COMMAND", shlex.join(machine({"security_core.elf": "security_core_test.elf"})))
    c = kata.Console()
    yield c
    c.close()


def served(console, timeout=15):
    """Waits until it serves again."""
    end = time.monotonic() + timeout
    while "Test mailbox OK." not in console.run("test_mailbox"):
        assert time.monotonic() < end, console.transcript()[-2000:]
        time.sleep(0.2)


NO_ANSWER = "mailbox error 7|the security core has started again"


def test_held_stopped(failing):
    """Time-outs are errors; the system goes on; what was not answered in time does no harm when it is; and then all is as before."""
    before = failing.mstats()
    assert "mailbox error 7" in failing.run("scecho core-silent")
    failing.install("hello")
    failing.start("hello")
    output = failing.run("test_mailbox")
    assert "Test mailbox OK." in output or "mailbox error 7" in output
    served(failing)
    assert failing.run("scecho one two three four five six seven eight").endswith("one two three four five six seven eight\n")
    said = failing.transcript()
    assert "mailbox_driver::an answer came too late" in said
    assert "malformed" not in said and "answer to no request" not in said
    failing.stop("hello")
    failing.uninstall("hello")
    assert failing.mstats() == before


@pytest.mark.parametrize("failure", ["core-hang", "core-fault", "core-overflow"])
def test_failing_firmware_starts_again(failing, failure):
    """A hang is the watchdog's business, a fault restarts at once: who waited gets an error (the restart, or the time-out before)."""
    failing.install("hello")
    assert "Write key" in failing.run("kvwrite hello k v")
    output = failing.run(f"scecho {failure}")
    assert re.search(NO_ANSWER, output), output
    served(failing)
    assert failing.run("scecho here again").endswith("here again\n")
    assert failing.run("kvread hello k").splitlines()[-1] == "[118]"
    failing.uninstall("hello")


def test_failing_again_and_again(failing):
    for _ in range(5):
        assert re.search(NO_ANSWER, failing.run("scecho core-fault"))
        served(failing)


def test_driver_dies_in_the_middle(failing):
    """A driver that starts again has nothing to do with the answers of its last life."""
    failing.send("scecho core-silent\r")
    time.sleep(0.5)
    failing.run("")
    for _ in range(2):
        failing.send("test_kill mailbox_driver\r")
        failing.expect("mailbox_driver: killed at.*restarted")
        failing.settle()
    served(failing)


# --- all of it ---

def test_sizes():
    """Nothing grows unnoticed. The aim is 64 KiB."""
    from elftools.elf.elffile import ELFFile
    with open(OUT / "security_core.elf", "rb") as file:
        end = next(s["st_value"] for s in ELFFile(file).get_section_by_name(".symtab").iter_symbols() if s.name == "core_end")
    assert end - 0x80400000 <= 108 * 1024
    print(f"security core: {end - 0x80400000} bytes of RAM")


def test_images_of_tests_are_not_shipped():
    """The Echo that can be told to fail is in the test image only."""
    assert b"core-hang" not in (OUT / "security_core.elf").read_bytes()
