# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""The system as one root task on kernels of the standard configuration, behind a standard firmware (make user-image SEL4_OUT_DIR=...):
both word sizes, both builds. And kernels that it cannot run on are refused with the reason."""
import os
import pathlib
import subprocess
import sys

import pytest

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests" / "system"))
import kata  # noqa: E402

# The kernels' folders end as that of the build under test does, after platform and build ("-clang").
VARIANT = os.environ.get("OUT", "build/qemu_virt-debug").split("debug")[-1]
KERNELS = [f"{arch}-{build}{VARIANT}" for arch in ("riscv32", "riscv64") for build in ("debug", "release")]


@pytest.fixture(params=KERNELS)
def console(request, monkeypatch):
    script = TOP / "build" / f"upstream-{request.param}" / "user" / "run.sh"
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


def user_image(folder):
    return subprocess.run(["make", "-s", "-f", "mk/main.mk", "user-image", f"SEL4_OUT_DIR={folder}"], cwd=TOP, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env={**os.environ, "MAKEFLAGS": "", "MAKELEVEL": "0"}, timeout=120)


@pytest.mark.parametrize("change, reason", [
    (("#define CONFIG_KERNEL_MCS 1", ""), "it is not an MCS kernel"),
    (("CONFIG_PLAT qemu-riscv-virt", "CONFIG_PLAT hifive"), "its platform is hifive"),
    (("CONFIG_SEL4_ARCH riscv64", "CONFIG_SEL4_ARCH aarch64"), "its architecture is aarch64"),
    (("CONFIG_ROOT_CNODE_SIZE_BITS 12", "CONFIG_ROOT_CNODE_SIZE_BITS 9"), "its root CNode has 2^9 slots"),
])
def test_a_kernel_that_does_not_fit_is_refused(tmp_path, change, reason):
    text = (TOP / f"build/upstream-riscv64-debug{VARIANT}/gen_config/kernel/gen_config.h").read_text()
    assert change[0] in " ".join(text.split(" ")), change[0]
    (tmp_path / "gen_config/kernel").mkdir(parents=True)
    (tmp_path / "gen_config/kernel/gen_config.h").write_text(text.replace(*change))
    header = tmp_path / "imported.h"
    numbers = tmp_path / "numbers.json"
    numbers.write_text("{}")
    done = subprocess.run(["/usr/bin/python3", "tools/sel4_config.py", tmp_path, tmp_path / "gen_config/kernel/gen_config.h", numbers, header],
                          cwd=TOP, text=True, capture_output=True, timeout=60)
    assert done.returncode != 0 and reason in done.stderr, done.stderr
    assert not header.exists()


def test_other_invocation_numbers_are_refused(tmp_path):
    kernel = TOP / f"build/upstream-riscv64-debug{VARIANT}"
    ours = (kernel / "generated/invocations_all.json").read_text()
    (tmp_path / "generated").mkdir()
    (tmp_path / "generated/invocations_all.json").write_text(ours)
    numbers = tmp_path / "numbers.json"
    numbers.write_text(ours.replace('"UntypedRetype": 1', '"UntypedRetype": 7'))
    done = subprocess.run(["/usr/bin/python3", "tools/sel4_config.py", tmp_path, kernel / "gen_config/kernel/gen_config.h", numbers, tmp_path / "h"],
                          cwd=TOP, text=True, capture_output=True, timeout=60)
    assert done.returncode != 0 and "UntypedRetype is 1, here 7" in done.stderr


def test_a_folder_without_a_kernel_is_an_error(tmp_path):
    done = user_image(tmp_path)
    assert done.returncode != 0 and "no gen_config/kernel/gen_config.h there" in done.stdout
