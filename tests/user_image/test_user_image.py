# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""The system as one root task on kernels of the standard configuration, behind a standard firmware (make user-image SEL4_OUT_DIR=...):
both word sizes, both builds, with interrupts and without. And kernels that it cannot run on are refused with the reason."""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

import pytest

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests" / "system"))
import kata  # noqa: E402

# The kernels' folders end as that of the build under test does, after platform and build ("-clang").
VARIANT = os.environ.get("OUT", "build/qemu_virt-debug").split("debug")[-1]
# The last kernel has other numbers than the usual ones, and debug calls without printing.
KERNELS = [f"{arch}-{build}{VARIANT}/user" for arch in ("riscv32", "riscv64") for build in ("debug", "release")] + \
          [f"riscv64-debug{VARIANT}-ROOT_CNODE_SIZE_BITS_17-NUM_DOMAINS_16-RETYPE_FAN_OUT_LIMIT_16-HAVE_FPU_false-PRINTING_false/user"]
POLLED = f"riscv32-debug{VARIANT}/polled"


@pytest.fixture(params=[*KERNELS, POLLED])
def console(request, monkeypatch):
    script = TOP / "build" / f"upstream-{request.param}" / "run.sh"
    monkeypatch.setenv("QEMU_COMMAND", f"sh {script} -rtc clock=vm")
    monkeypatch.setenv("COUNTED", "")
    c = kata.Console(boot_timeout=120)
    yield c
    c.close()


def test_an_application_lives_and_dies(console):
    before = console.mstats()
    for name, end in (("hello", "sleeping in infinite loop"), ("keyval", "delete ok .for missing key."), ("timer", "DONE!")):
        console.install(name)
        console.send(f"start {name}\r")
        console.expect(end, timeout=60)
        console.run("")
    console.stop("hello")
    console.install("suicide")
    console.start("suicide")
    console.wait_status("suicide", r"Faulted \(cause VMFault store, pc 0x[0-9a-f]+, address 0x0\)")
    for name in ("hello", "keyval", "timer", "suicide"):
        console.uninstall(name)
    assert console.mstats() == before


def test_services_die(console):
    """On both word sizes: each is restarted, an application goes on, no memory is missing."""
    if "unknown command" in console.run("test_kill nobody"):
        pytest.skip("release build")
    before = console.mstats()
    console.install("hello")
    console.start("hello")
    for name in ("uart_driver", "timer_service", "memory_manager", "mailbox_driver", "security_coordinator", "ml_coordinator", "sdk_runtime",
                 "process_manager", "debug_console"):
        console.send(f"test_crash {name}\r")
        console.expect(rf"supervisor::{name}: instruction (page|access) fault at pc 0x0+, address 0x0+; restarted \(1\)", timeout=60)
        console.settle()
    assert console.status("hello") == "Running"
    console.stop("hello")
    console.uninstall("hello")
    assert console.mstats() == before


@pytest.mark.parametrize("console", [POLLED], indirect=True)
def test_without_interrupts(console, tmp_path):
    """No handler of one is held by anybody; streams come and go all the same, also after a death of who replaces them."""
    for service in ("timer", "uart", "mailbox"):
        table = console.run(f"capscan {service}")
        assert f"{service}_" in table and "irq" not in table, table
    console.send("test_crash ticker\r")
    console.expect(r"supervisor::ticker: .*; restarted \(1\)", timeout=60)
    console.settle()
    before = console.mstats()
    bundle = tmp_path / "big-8k.app"
    bundle.write_bytes(kata.padded_bundle(8192, "big-8k"))
    output = console.send_file(str(bundle))
    assert 'Bundle "big-8k" installed' in output, output
    (tmp_path / "back").mkdir()
    output = console.receive_file("big-8k", tmp_path / "back")
    assert (tmp_path / "back" / bundle.name).read_bytes() == bundle.read_bytes(), output
    console.uninstall("big-8k")
    assert console.mstats() == before


def made(target, folder, *settings):
    return subprocess.run(["make", "-s", "-f", "mk/main.mk", target, f"SEL4_OUT_DIR={folder}", *settings], cwd=TOP, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env={**os.environ, "MAKEFLAGS": "", "MAKELEVEL": "0"}, timeout=120)


@pytest.mark.parametrize("polled", ["true", "false"])
def test_interrupts_in_the_specification(polled):
    """What the rootserver makes: all handlers, or none."""
    image = pathlib.Path(made("user-image-path", TOP / f"build/upstream-{POLLED.split('/')[0]}", f"POLLED={polled}").stdout.splitlines()[-1])
    text = (image.parent / "system.cdl").read_text()
    assert "timer_service_tcb" in text and ("= irq (" in text) == (polled == "false")


@pytest.mark.parametrize("arch, ours, polled", [("riscv32", True, False), ("riscv32", False, True), ("riscv64", False, False)])
def test_kernels_that_get_no_interrupts(tmp_path, arch, ours, polled):
    """The one that hangs when it shall hand one out: upstream's for 32 bits."""
    config = kernel_folder(tmp_path, arch=arch)
    if not ours:
        config.write_text(re.sub(r".*CONFIG_PLIC_.*\n", "", config.read_text()))
    image = pathlib.Path(made("user-image-path", tmp_path).stdout.splitlines()[-1])
    assert ("-polled-" in image.parent.name) == polled
    header = image.parent.relative_to(TOP) / "gen/include/kernel/gen_config.h"
    try:
        done = made(str(header), tmp_path)
        assert done.returncode == 0 and ("NOTE  left out: interrupts" in done.stdout) == polled, done.stdout
    finally:
        shutil.rmtree(image.parent, ignore_errors=True)


# ---- import of configuration and numbers

def import_of(folder, config):
    """Runs the import: (finished process, text of the header or None, numbers or None)."""
    header, numbers = folder / "imported.h", folder / "numbers.json"
    done = subprocess.run(["/usr/bin/python3", "tools/sel4_config.py", folder, config, header, numbers], cwd=TOP, text=True, capture_output=True,
                          timeout=60)
    return done, header.read_text() if header.exists() else None, json.loads(numbers.read_text()) if numbers.exists() else None


def kernel_folder(tmp_path, change=None, labels=True, arch="riscv64"):
    """Something like a build folder of a kernel; change: (text, replacement) in its configuration. Returns the configuration's path."""
    kernel = TOP / f"build/upstream-{arch}-debug{VARIANT}"
    text = (kernel / "gen_config/kernel/gen_config.h").read_text()
    config = tmp_path / "gen_config/kernel/gen_config.h"
    config.parent.mkdir(parents=True)
    config.write_text(text.replace(*change) if change else text)
    if change:
        assert config.read_text() != text, change
    if labels:
        (tmp_path / "generated").mkdir()
        (tmp_path / "generated/invocations_all.json").write_text((kernel / "generated/invocations_all.json").read_text())
    return config


@pytest.mark.parametrize("change, reason", [
    (("#define CONFIG_KERNEL_MCS 1", "/* disabled: CONFIG_KERNEL_MCS */"), "it is not an MCS kernel"),
    (("CONFIG_PLAT qemu-riscv-virt", "CONFIG_PLAT hifive"), "its platform is hifive"),
    (("CONFIG_SEL4_ARCH riscv64", "CONFIG_SEL4_ARCH aarch64"), "its architecture is aarch64"),
    (("CONFIG_ROOT_CNODE_SIZE_BITS 12", "CONFIG_ROOT_CNODE_SIZE_BITS 9"), "its root CNode has 2^9 slots"),
    (("CONFIG_PT_LEVELS 3", "CONFIG_PT_LEVELS 4"), "its page tables have 4 levels"),
    (("CONFIG_NUM_PRIORITIES 256", "CONFIG_NUM_PRIORITIES 128"), "it has 128 priorities"),
    (("CONFIG_KERNEL_WCET_SCALE 1", "CONFIG_KERNEL_WCET_SCALE 10"), "its smallest budget is 200 us"),
    (("CONFIG_KERNEL_STATIC_MAX_PERIOD_US 0", "CONFIG_KERNEL_STATIC_MAX_PERIOD_US 5000"), "its longest period is 5000 us"),
])
def test_a_kernel_that_does_not_fit_is_refused(tmp_path, change, reason):
    done, header, _ = import_of(tmp_path, kernel_folder(tmp_path, change))
    assert done.returncode != 0 and reason in done.stderr, done.stderr
    assert header is None


@pytest.mark.parametrize("change, note, text", [
    (("#define CONFIG_TIMER_FREQUENCY 10000000\n", ""), "timer's frequency: 10000000 Hz", "#define CONFIG_TIMER_FREQUENCY 10000000"),
    (("CONFIG_KERNEL_STATIC_MAX_PERIOD_US 0", "CONFIG_KERNEL_STATIC_MAX_PERIOD_US 50000"), "50000 us at most", ""),
    (("#define CONFIG_DEBUG_BUILD 1", "/* disabled: CONFIG_DEBUG_BUILD */"), "left out: test commands", ""),
    (("#define CONFIG_PRINTING 1", ""), "left out: messages of the rootserver", ""),
    (("CONFIG_MAX_NUM_NODES 1", "CONFIG_MAX_NUM_NODES 4"), "", "CONFIG_MAX_NUM_NODES 4"),
    (("CONFIG_RETYPE_FAN_OUT_LIMIT 256", "CONFIG_RETYPE_FAN_OUT_LIMIT  32 "), "", "CONFIG_RETYPE_FAN_OUT_LIMIT  32 "),
])
def test_what_differs_is_taken_over_and_said(tmp_path, change, note, text):
    done, header, numbers = import_of(tmp_path, kernel_folder(tmp_path, change))
    assert done.returncode == 0, done.stderr
    assert note in done.stdout and text in header and numbers["RISCVPageMap"] == 41


def shifted(labels):
    """The numbers of a kernel that has two more invocations of threads."""
    return {name: n + 2 * (n > labels["TCBUnbindNotification"]) for name, n in labels.items()}


def headers_of(folder, labels):
    """Puts the numbers into headers like those of the user library: enumerations that go on from each other, with conditions."""
    sel4 = folder / "libsel4/include/sel4"
    (sel4 / "arch").mkdir(parents=True)
    generic = sorted((n for n in labels if not n.startswith("RISCV")), key=labels.get)
    arch = sorted((n for n in labels if n.startswith("RISCV")), key=labels.get)
    lines = []
    for name in generic:
        if name == "TCBSetTLSBase":
            lines += ["#if (!defined CONFIG_KERNEL_MCS) && CONFIG_MAX_NUM_NODES > 1", "TCBSetAffinity,", "#endif",
                      "#ifdef CONFIG_KERNEL_MCS", "TCBSetBreakpoint,", "TCBGetBreakpoint,", "#endif"]
        lines.append(f"{name},")
    (sel4 / "invocation.h").write_text("\n".join(["#pragma once", "enum invocation_label {", "InvalidInvocation,", *lines, "nInvocationLabels", "};"]))
    (sel4 / "arch/invocation.h").write_text("\n".join(
        ["#include <sel4/sel4_arch/invocation.h>", "enum arch_invocation_label {", f"{arch[0]} = nSeL4ArchInvocationLabels,",
         *(f"{name}," for name in arch[1:]), "nArchInvocationLabels", "};"]))


@pytest.mark.parametrize("where", ["table", "table of the project", "headers"])
def test_numbers_of_invocations_are_the_kernels(tmp_path, where):
    config = kernel_folder(tmp_path, labels=False)
    labels = shifted(json.loads((TOP / f"build/upstream-riscv64-debug{VARIANT}/generated/invocations_all.json").read_text()))
    if where == "headers":
        headers_of(tmp_path, labels)
    else:
        table = tmp_path / ("kernel" if "project" in where else "") / "generated/invocations_all.json"
        table.parent.mkdir(parents=True)
        table.write_text(json.dumps(labels))
    done, _, numbers = import_of(tmp_path, config)
    assert done.returncode == 0 and "NOTE" not in done.stdout, done.stdout + done.stderr
    assert {name: numbers[name] for name in labels} == labels
    subprocess.run(["/usr/bin/python3", "tools/apigen.py", "--arch", "riscv64", "--out", tmp_path / "gen", "--numbers", tmp_path / "numbers.json"],
                   cwd=TOP, check=True, timeout=60)
    header = (tmp_path / "gen/include/sel4/invocation_gen.h").read_text()
    assert "#define TCBUnbindNotification 15\n" in header and "#define CNodeRevoke 20\n" in header and "#define RISCVPageMap 43\n" in header


def test_a_folder_that_does_not_tell_the_numbers(tmp_path):
    done, _, numbers = import_of(tmp_path, kernel_folder(tmp_path, labels=False))
    assert done.returncode == 0 and numbers == {} and "does not tell the numbers of invocations" in done.stdout


def test_a_kernel_without_a_needed_invocation_is_refused(tmp_path):
    config = kernel_folder(tmp_path)
    table = tmp_path / "generated/invocations_all.json"
    labels = json.loads(table.read_text())
    for name in ("SchedContextUnbindObject", "DomainScheduleConfigure", "TCBSetTimeoutEndpoint"):
        del labels[name]
    table.write_text(json.dumps(labels))
    done, header, _ = import_of(tmp_path, config)
    assert done.returncode != 0 and "no invocation TCBSetTimeoutEndpoint, which" in done.stderr and header is None, done.stderr


def test_other_numbers_of_system_calls_are_refused(tmp_path):
    config = kernel_folder(tmp_path)
    (tmp_path / "libsel4/include/sel4").mkdir(parents=True)
    (tmp_path / "libsel4/include/sel4/syscall.h").write_text(
        "typedef enum {\n#ifdef CONFIG_KERNEL_MCS\nseL4_SysCall = -1, seL4_SysReplyRecv = -3,\n#else\nseL4_SysSend = -2,\n#endif\n} seL4_Syscall_ID;\n")
    done, header, _ = import_of(tmp_path, config)
    assert done.returncode != 0 and "seL4_SysReplyRecv is -3, here -2" in done.stderr and "SysSend" not in done.stderr and header is None


def test_a_folder_without_a_kernel_is_an_error(tmp_path):
    done = made("user-image", tmp_path)
    assert done.returncode != 0 and "no gen_config/kernel/gen_config.h there" in done.stdout
