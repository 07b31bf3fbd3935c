# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""Who holds which capability: the composer's table as the console shows it, and that it is the truth."""
import re

import pytest

NAMES = {"console": "debug_console", "mailbox": "mailbox_driver", "memory": "memory_manager", "mlcoord": "ml_coordinator",
         "process": "process_manager", "sdk": "sdk_runtime", "security": "security_coordinator", "timer": "timer_service",
         "uart": "uart_driver"}
# Object of the table -> the kernel's name for the capability.
KINDS = [(r"_ep$", "endpoint"), (r"_ntfn$", "notification"), (r"_reply\[\d+\]$", "reply"), (r"^irq_\d+$", "irq"), (r"_cnode$", "cnode"),
         (r"_vspace$", "pagetable"), (r"_tcb$", "tcb"), (r"^sched_control$", "schedctrl"), (r"_asid_pool$", "asidpool"),
         (r"_sc$", "schedcontext")]


def table(console, service):
    """slot -> object, as capscan prints it from the composer's table."""
    rows = [line.split() for line in console.run(f"capscan {service}").splitlines()[1:] if line]
    assert rows and "failed" not in rows[0]
    return {int(row[0]): row[1] for row in rows if row[0].isdigit()}    # not device memory, and what the thread itself holds


@pytest.mark.parametrize("service", [*NAMES, "supervisor"])
def test_table(console, service):
    assert table(console, service) == table(console, NAMES.get(service, service))
    assert any(name.endswith(("_ep", "_ntfn")) for name in table(console, service).values())


def test_least_authority(console):
    """What must not be: a driver that can make objects, a service that reads another's requests."""
    for service, name in NAMES.items():
        output = console.run(f"capscan {service}")
        for line in output.splitlines()[1:]:
            words = line.split()
            if len(words) > 2 and words[1].endswith("_ep") and "R" in words[2]:
                assert words[1] == f"{name}_ep", line
        if service != "process":
            assert "sched_control" not in output and "asid_pool" not in output


def kind_of(name):
    return next((kind for pattern, kind in KINDS if re.search(pattern, name)), name)


@pytest.mark.parametrize("service", NAMES)
def test_table_is_what_the_kernel_sees(console, service):
    if "no debug build" in (output := console.run(f"capscan -k {service}")):
        pytest.skip("release build")
    held = {int(slot): kind for slot, kind in re.findall(r"::\s*(\d+) (\w+)", output)}
    expected = table(console, service)
    if service != "memory":             # MemoryManager inherits what the rootserver had; the others have nothing else
        held = {slot: kind for slot, kind in held.items() if slot <= max(expected)}
        assert set(held) == set(expected)
    for slot, name in expected.items():
        assert held[slot] == kind_of(name), (slot, name)


def test_application(console):
    assert "capscan failed: BundleNotFound" in console.run("capscan nobody")
    console.install("fibonacci")
    assert "capscan failed: BundleNotRunning" in console.run("capscan fibonacci")
    console.start("fibonacci")
    assert re.findall(r"^\d+ .*$", console.run("capscan fibonacci"), re.M)[0].split()[:3] == ["1", "sdk_runtime_ep", "WP"]
    output = console.run("capscan -k fibonacci")
    assert "no debug build" in output or "::fibonacci: 1 endpoint sdk_runtime" in output, output
    console.stop("fibonacci")
    console.uninstall("fibonacci")
