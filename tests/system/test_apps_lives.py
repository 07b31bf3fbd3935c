# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""What applications can do beyond the original's: suspended and resumed, with arguments, a heap, messages and large address
spaces, within what their manifests allow."""
import os
import re
import subprocess

import pytest

from kata import TOP, signed

import bundle       # kata has put tools/packer on the path
import malform

FIBONACCI = re.compile(r"\[fibonacci\]::fibonacci::\[[ \d]\d\] +\d+  (\d+)")


@pytest.fixture
def apps(console):
    """Installs and starts applications; afterwards they are gone, and so is their memory."""
    before = console.mstats()
    names = []

    def start(name, *args):
        if name not in names:
            console.install(name)
            names.append(name)
        console.start(name, *args)

    yield start
    for name in names:
        console.run(f"stop {name}")
        console.uninstall(name)
    assert console.mstats() == before


def processes(console):
    """name -> (state, priority, budget, period, cpu us, memory)"""
    rows = re.findall(r"^(\S+) +(\w+) +(\d+) +(\d+)/(\d+) +(\d+) +(\d+)$", console.run("ps"), re.M)
    return {row[0]: (row[1], *map(int, row[2:])) for row in rows}


def test_suspend_and_resume(console, apps):
    apps("fibonacci")
    console.expect(FIBONACCI)
    assert 'Bundle "fibonacci" suspended.' in console.run("suspend fibonacci")
    assert console.status("fibonacci") == "Suspended"
    assert "fibonacci" in console.run("bundles").splitlines()
    cpu = processes(console)["fibonacci"][4]
    console.collect(0.2)
    assert not FIBONACCI.search(console.collect(1))
    assert processes(console)["fibonacci"][4] - cpu < 1000
    assert 'Bundle "fibonacci" suspended.' in console.run("suspend fibonacci")
    assert "uninstall failed: BundleRunning" in console.run("uninstall fibonacci")
    assert 'Bundle "fibonacci" resumed.' in console.run("resume fibonacci")
    assert console.status("fibonacci") == "Running"
    assert len(FIBONACCI.findall(console.collect(1))) >= 5
    console.run("suspend fibonacci")        # and stopped while it is suspended
    console.stop("fibonacci")
    assert "suspend failed: BundleNotRunning" in console.run("suspend fibonacci")
    assert "resume failed: BundleNotFound" in console.run("resume nobody")


def test_suspended_while_it_spins(console, apps):
    apps("spin")
    console.run("suspend spin")
    first = processes(console)["spin"][4]
    console.collect(0.3)
    assert processes(console)["spin"][4] - first < 1000
    console.run("resume spin")
    console.collect(0.3)
    assert processes(console)["spin"][4] - first > 20000


def test_ps_shows_every_application(console, apps):
    apps("spin")
    apps("suicide")
    apps("hello")
    console.wait_status("suicide", "Faulted.*")
    console.install("logtest")
    console.collect(0.5)
    table, text = processes(console), console.run("ps")
    assert table["spin"][:4] == ("Running", 100, 5000, 10000)
    assert table["spin"][4] > 50000                 # half of the time
    assert table["suicide"][0] == "Faulted" and table["suicide"][5] == 0
    assert table["hello"][0] == "Running" and table["hello"][4] < 50000
    assert 30000 < table["hello"][5] < 100000
    assert re.search(r"^logtest +Stopped$", text, re.M)
    console.uninstall("logtest")
    used = int(re.match(r"(\d+) bytes", console.mstats()[0])[1])
    assert table["spin"][5] + table["hello"][5] <= used


def test_arguments(console, apps):
    apps("args", "one", '"two words"', '""', "x=1")
    console.expect(r"args::\[0\] args\r\n\[args\]::args::\[1\] one\r\n\[args\]::args::\[2\] two words\r\n\[args\]::args::\[3\] \r\n"
                   r"\[args\]::args::\[4\] x=1")
    console.run("")
    console.wait_status("args", r"Exited \(code 5\)")
    apps("args", "grüße", "€", "\u0085")        # the last is a control character of terminals
    console.expect(r"args::\[1\] grüße\r\n\[args\]::args::\[2\] €\r\n\[args\]::args::\[3\] \.\.\r\n")
    console.run("")
    console.wait_status("args", r"Exited \(code 4\)")
    apps("args")
    console.expect(r"args::\[1\] from\r\n\[args\]::args::\[2\] the\r\n\[args\]::args::\[3\] manifest")
    console.run("")
    console.wait_status("args", r"Exited \(code 4\)")


def test_heap(console, apps):
    apps("memory")
    console.expect(r"memory::(\d+) KiB in small steps")
    console.expect("memory::DONE", timeout=60)
    console.run("")
    console.wait_status("memory", r"Exited \(code 0\)")


def test_large_address_space(console, apps):
    """1.5 MiB of .bss and sections in four page tables: the original's loader ends at 1 MiB and one table."""
    apps("large")
    console.expect(r"large::1536 KiB at 0x1[0-9a-f]{4}, 0x1234000 and 0x40000000", timeout=60)
    console.run("")
    console.wait_status("large", r"Exited \(code 0\)")


def test_sections_in_many_page_tables(console, tmp_path):
    """Sixteen sections, each in a page table of its own, and one section over two tables."""
    before = console.mstats()
    flags = bundle.READ | bundle.WRITE
    sections = [bundle.Section(malform.TEXT, bundle.READ | bundle.EXECUTE | bundle.ENTRY, malform.exit_program(), entry=malform.TEXT)]
    sections += [bundle.Section(0x400000 * (3 * i + 2) - 0x1000, flags, b"data", msize=0x2000) for i in range(15)]
    path = tmp_path / "sparse.app"
    path.write_bytes(signed(bundle.chain(sections), "sparse"))
    assert 'Bundle "sparse" installed' in console.send_file(str(path))
    console.run("start sparse")
    console.wait_status("sparse", r"Exited \(code 7\)")
    console.uninstall("sparse")
    assert console.mstats() == before


def test_too_large_for_the_machine(console, tmp_path):
    before = console.mstats()
    sections = [bundle.Section(malform.TEXT, bundle.READ | bundle.EXECUTE | bundle.ENTRY, malform.exit_program(), entry=malform.TEXT),
                bundle.Section(malform.DATA, bundle.READ | bundle.WRITE, b"", msize=0x0f000000)]
    path = tmp_path / "huge.app"
    path.write_bytes(signed(bundle.chain(sections), "huge"))
    assert 'Bundle "huge" installed' in console.send_file(str(path))
    assert "start failed: NoMemory" in console.run("start huge", timeout=60)
    console.uninstall("huge")
    assert console.mstats() == before


def test_messages_between_peers(console, apps):
    apps("pong")
    apps("ping", "3")
    match = console.expect(r"ping::51 round trips, (\d+) us each", timeout=60)
    assert int(match[1]) > 0
    console.run("")
    console.wait_status("ping", r"Exited \(code 0\)")
    console.stop("pong")
    apps("ping")
    console.expect("sdk_send: SDKPeerNotRunning")
    console.run("")
    console.wait_status("ping", r"Exited \(code 101\)")


@pytest.mark.skipif(os.environ.get("OUT", "").endswith("release"), reason="release build has no get_manifest")
def test_manifest_of_a_bundle(console, apps):
    apps("ping")
    with open(os.path.join(TOP, "apps/c/ping/manifest"), encoding="ascii") as file:
        assert file.read().strip() in console.run("get_manifest ping")
    assert "BundleId=hello" not in console.run("get_manifest ping")


@pytest.mark.parametrize("text, why", [
    ("name = other\n", "line 1: name of another bundle"),
    ("# x\n\nbudget_us = 20000\n", "line 3: budget longer than the period"),
    ("stack = big", "line 1: not a number"),
    ("permissions = root", "line 1: unknown word"),
    ("quota_keys = 1\nquota_keys = 1", "line 2: a key that was given before"),
    ("colour = blue\n", "line 1: unknown key"),
])
def test_bad_manifest_is_refused(console, tmp_path, text, why):
    before = console.mstats()
    path = tmp_path / "app.app"
    path.write_bytes(signed([bundle.manifest(text.encode()), *malform.valid_sections()], "app"))
    assert f"install failed: manifest {why}" in console.send_file(str(path))
    assert "status failed: BundleNotFound" in console.run("status app")
    assert console.mstats() == before
    manifest = tmp_path / "manifest"
    manifest.write_text(text, encoding="ascii")
    checked = subprocess.run([os.path.join(TOP, os.environ.get("OUT", "build/qemu_virt-debug"), "host/manifest-check"), "app", str(manifest)],
                             capture_output=True, text=True, check=False)
    assert checked.returncode == 1 and re.sub("line ", ":", why) in checked.stderr


def send_with_manifest(console, tmp_path, text):
    path = tmp_path / "small.app"
    path.write_bytes(signed([bundle.manifest(text), *malform.valid_sections()], "small"))
    assert 'Bundle "small" installed' in console.send_file(str(path))


def test_manifest_is_enforced(console, tmp_path):
    before = console.mstats()
    send_with_manifest(console, tmp_path, b"quota_memory = 16K")
    assert "start failed: QuotaExceeded" in console.run("start small")
    console.uninstall("small")
    send_with_manifest(console, tmp_path, b"quota_memory = 100K\nheap = 90K")
    assert "start failed: QuotaExceeded" in console.run("start small")
    console.uninstall("small")
    send_with_manifest(console, tmp_path, b"priority = high\nbudget_us = 1000\nperiod_us = 50000\nheap = 50000")
    console.run("start small")
    console.wait_status("small", r"Exited \(code 7\)")
    assert processes(console)["small"][1:4] == (120, 1000, 50000)
    console.uninstall("small")
    assert console.mstats() == before


def test_hostile_application(console, apps):
    """Labels, lengths, capabilities, quotas, strangers: every attempt gets its error, and nobody else notices."""
    apps("pong")
    apps("hello")
    apps("fibonacci")
    apps("hostile")
    match = console.expect(r"hostile::(\d+) attempts, all refused", timeout=60)
    assert int(match[1]) > 900
    console.run("")
    console.wait_status("hostile", r"Exited \(code 0\)")
    apps("hostile", "forever")
    console.expect("all refused", timeout=60)
    console.collect(0.1)
    lines = FIBONACCI.findall(console.collect(2))
    assert len(lines) >= 15
    apps("ping")                            # pong's queue is full of hostile's messages again and again
    console.run("", timeout=30)
    for name in ("hostile", "pong", "ping"):
        console.stop(name)
    apps("pong")
    apps("ping")
    console.expect(r"ping::17 round trips", timeout=60)
    console.run("")


def application_file(name):
    with open(os.path.join(TOP, os.environ.get("OUT", "build/qemu_virt-debug"), "apps", f"{name}.app"), "rb") as file:
        return file.read()


def test_sixteen_applications_with_long_names(console, tmp_path):
    """The original's list of running bundles ends at 100 bytes of names."""
    before = console.mstats()
    names = [f"{i:02}-{'n' * 60}" for i in range(17)]
    for name in names:
        path = tmp_path / f"{name}.app"
        path.write_bytes(signed(application_file("hello"), name))
        assert f'Bundle "{name}" installed' in console.send_file(str(path))
    for name in names[:16]:
        console.start(name)
    assert "start failed: StartFailed" in console.run(f"start {names[16]}")
    running = [line for line in console.run("bundles").splitlines() if line in names]
    assert sorted(running) == names[:16]
    assert all(row[0] == "Running" for row in processes(console).values())
    console.stop(names[3])
    console.start(names[16])
    for name in names:
        console.run(f"stop {name}")
        console.uninstall(name)
    assert console.mstats() == before


def test_one_copy_of_a_package(console):
    """Of a package there is what lies in the flash and, when it runs, what it runs in: nothing is kept in between."""
    def owners():
        return {name: int(size) for name, size in re.findall(r"^ +(\w+): (\d+) bytes", console.run("mstats"), re.M)}
    before = owners()
    assert "security_coordinator" not in before         # has no memory but its own
    console.install("hello")
    assert owners() == before
    console.start("hello")
    assert owners()["process_manager"] - before["process_manager"] == processes(console)["hello"][5]
    console.stop("hello")
    console.uninstall("hello")
    assert owners() == before
