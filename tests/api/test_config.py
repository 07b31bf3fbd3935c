# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""The kernel's configuration as user-level build systems read it (sel4-abi.md 13.2), and the options of the command line."""

import json
import pathlib
import re
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]

COMMON = {
    "ARCH": "riscv", "ARCH_RISCV": True, "PLAT": "qemu-riscv-virt", "PLAT_QEMU_RISCV_VIRT": True, "KERNEL_MCS": True,
    "MAX_NUM_NODES": "1", "ENABLE_SMP_SUPPORT": False, "FIRST_HART_ID": "0", "ROOT_CNODE_SIZE_BITS": "12",
    "MAX_NUM_BOOTINFO_UNTYPED_CAPS": "230", "RETYPE_FAN_OUT_LIMIT": "256", "RESET_CHUNK_BITS": "8",
    "MAX_NUM_WORK_UNITS_PER_PREEMPTION": "100", "NUM_PRIORITIES": "256", "NUM_DOMAINS": "1", "NUM_DOMAIN_SCHEDULES": "2",
    "BOOT_THREAD_TIME_SLICE": "5", "KERNEL_WCET_SCALE": "1", "KERNEL_STATIC_MAX_PERIOD_US": "0", "TIMER_FREQUENCY": "10000000",
    "HAVE_FPU": True, "RISCV_EXT_F": True, "RISCV_EXT_D": True, "SET_TLS_BASE_SELF": False, "USER_STACK_TRACE_LENGTH": "16",
    "OPENSBI_PLATFORM": "generic", "FASTPATH": True, "HARDWARE_DEBUG_API": False, "VERIFICATION_BUILD": False,
    "BINARY_VERIFICATION_BUILD": False, "KERNEL_INVOCATION_REPORT_ERROR_IPC": False, "ENABLE_BENCHMARKS": False,
    "BENCHMARK_TRACK_UTILISATION": False, "KERNEL_LOG_BUFFER": False, "KERNEL_BENCHMARK": "none", "NO_BENCHMARKS": True,
    "DANGEROUS_CODE_INJECTION": False, "KERNEL_STACK_BITS": "12",
    # of other platforms: false, but there
    "PLAT_SPIKE": False, "PLAT_HIFIVE": False, "PLAT_QEMU_ARM_VIRT": False, "PLAT_PC99": False, "ARCH_ARM": False,
    "ARCH_AARCH64": False, "ARCH_X86_64": False, "ARM_CORTEX_A53": False, "ARM_HYPERVISOR_SUPPORT": False,
    "ARM_PA_SIZE_BITS_40": False, "ALLOW_SMC_CALLS": False,
}
OF_WIDTH = {
    32: {"SEL4_ARCH": "riscv32", "WORD_SIZE": "32", "PT_LEVELS": "2", "ARCH_RISCV32": True, "ARCH_RISCV64": False,
         "PADDR_USER_DEVICE_TOP": "4294967296"},
    64: {"SEL4_ARCH": "riscv64", "WORD_SIZE": "64", "PT_LEVELS": "3", "ARCH_RISCV32": False, "ARCH_RISCV64": True,
         "PADDR_USER_DEVICE_TOP": "549755813888"},
}


def configure(tmp_path, name, *settings):
    """(header, dictionary) of kernel/configs/NAME.conf with settings of the command line."""
    header, values = tmp_path / "gen_config.h", tmp_path / "gen_config.json"
    subprocess.run([sys.executable, ROOT / "tools/kconfig.py", ROOT / f"kernel/configs/{name}.conf", header, values, *settings],
                   check=True, capture_output=True, text=True)
    return header.read_text(), json.loads(values.read_text())


@pytest.mark.parametrize("width", [32, 64])
@pytest.mark.parametrize("build", ["debug", "release"])
def test_upstream_values(tmp_path, width, build):
    _, values = configure(tmp_path, f"upstream-riscv{width}-{build}")
    debug = build == "debug"
    expected = COMMON | OF_WIDTH[width] | {key: debug for key in ("PRINTING", "DEBUG_BUILD", "COLOUR_PRINTING", "IRQ_REPORTING")}
    assert {key: values.get(key) for key in expected} == expected
    assert len(values) >= 140
    assert all(isinstance(value, (bool, str)) for value in values.values())


def test_header_and_json_agree(tmp_path):
    header, values = configure(tmp_path, "upstream-riscv64-debug")
    defined = dict(re.findall(r"^#define CONFIG_(\w+) (.+)$", header, re.M))
    assert defined == {key: "1" if value is True else value for key, value in values.items() if value is not False}


@pytest.mark.parametrize("kind, option, log", [
    ("none", "NO_BENCHMARKS", False), ("generic", "BENCHMARK_GENERIC", False), ("tracepoints", "BENCHMARK_TRACEPOINTS", True),
    ("track_utilisation", "BENCHMARK_TRACK_UTILISATION", False)])
def test_benchmark_options_follow_the_kind(tmp_path, kind, option, log):
    _, values = configure(tmp_path, "upstream-riscv32-release", f"KERNEL_BENCHMARK={kind}")
    chosen = [key for key in values if (key.startswith("BENCHMARK_") or key == "NO_BENCHMARKS") and values[key] is True]
    assert chosen == [option]
    assert values["ENABLE_BENCHMARKS"] == (kind != "none")
    assert values["KERNEL_LOG_BUFFER"] == log


def test_several_domains_get_a_schedule(tmp_path):
    _, values = configure(tmp_path, "upstream-riscv64-release", "NUM_DOMAINS=16")
    assert values["NUM_DOMAIN_SCHEDULES"] == "100"


@pytest.mark.parametrize("settings", [["NO_SUCH_OPTION=1"], ["KERNEL_BENCHMARK=other"], ["KERNEL_INVOCATION_REPORT_ERROR_IPC=true"],
                                      ["rubbish"]])
def test_bad_settings_are_refused(tmp_path, settings):
    with pytest.raises(subprocess.CalledProcessError):
        configure(tmp_path, "upstream-riscv64-release", *settings)
