# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""What lies beside a kernel for user-level builds (sel4-abi.md 13.1), in the build tree and installed, for both word sizes."""

import json
import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
FORMS = ["h", "json", "yaml"]
CONFIGS = [f"{folder}/gen_config.{form}" for folder in ("gen_config/kernel", "libsel4/gen_config/sel4") for form in FORMS]
BUILD_TREE = CONFIGS + ["autoconf/autoconf.h", "libsel4/autoconf/autoconf.h", "generated/invocations_all.json",
                        "gen_headers/plat/machine/platform_gen.json", "gen_headers/plat/machine/platform_gen.yaml"]
INSTALL_TREE = [f"libsel4/include/{folder}/gen_config.{form}" for folder in ("kernel", "sel4") for form in FORMS] + [
    "bin/kernel.elf", "support/kernel.dtb", "support/platform_gen.json", "support/platform_gen.yaml", "generated/invocations_all.json"]
# 13.1: regions of qemu virt, end exclusive
REGIONS = {
    32: {"devices": [(0, 0x2000000), (0x2400000, 0xc000000), (0xc800000, 0x80200000), (0xffffffff, 0x100000000)],
         "memory": [(0x80200000, 0xffffffff)]},
    64: {"devices": [(0, 0x2000000), (0x2200000, 0xc000000), (0xc600000, 0x80200000), (0x140000000, 0x8000000000)],
         "memory": [(0x80200000, 0x140000000)]},
}
PROGRAM = """
#include <autoconf.h>
#if !defined CONFIG_KERNEL_MCS || CONFIG_MAX_NUM_BOOTINFO_UNTYPED_CAPS != 230 || CONFIG_WORD_SIZE != __riscv_xlen
#error kernel
#endif
#ifdef INCLUDES_LIBRARY
#if !defined CONFIG_LIB_SEL4_INLINE_INVOCATIONS || CONFIG_LIB_SEL4_PRINT_INVOCATION_ERRORS != 0 || defined CONFIG_LIB_SEL4_PUBLIC_SYMBOLS
#error library
#endif
CONFIG_LIB_SEL4_FUNCTION_ATTRIBUTE int nothing(void) { return 0; }
#endif
"""
MARCH = {32: ["-march=rv32imac", "-mabi=ilp32"], 64: ["-march=rv64imac", "-mabi=lp64"]}


def run(*command):
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)


@pytest.fixture(scope="module", params=[32, 64])
def exported(request, tmp_path_factory):
    """(word size, build tree, install tree); kernel and device tree are empty files."""
    out, arch = tmp_path_factory.mktemp(f"export{request.param}"), f"riscv{request.param}"
    gen, tools = out / "gen", ROOT / "tools"
    run(sys.executable, tools / "apigen.py", "--arch", arch, "--out", gen)
    run(sys.executable, tools / "kconfig.py", f"kernel/configs/upstream-{arch}-debug.conf", gen / "include/kernel/gen_config.h",
        gen / "gen_config.json")
    run(sys.executable, tools / "platgen.py", "--platform", "platforms/qemu_virt/upstream.toml", "--arch", arch, "--out", gen)
    run(sys.executable, tools / "kernel_export.py", gen, out)
    for name in ("kernel.elf", "kernel.dtb"):
        (out / name).write_bytes(b"")
    run(sys.executable, tools / "kernel_export.py", "--install", out, out / "install")
    return request.param, out, out / "install"


def test_all_files_are_there(exported):
    _, out, installed = exported
    assert [name for name in BUILD_TREE if not (out / name).is_file()] == []
    assert [name for name in INSTALL_TREE if not (installed / name).is_file()] == []


def test_regions(exported):
    word, out, _ = exported
    found = json.loads((out / "gen_headers/plat/machine/platform_gen.json").read_text())
    assert {key: [(r["start"], r["end"]) for r in ranges] for key, ranges in found.items()} == REGIONS[word]
    text = (out / "gen_headers/plat/machine/platform_gen.yaml").read_text()
    for ranges in REGIONS[word].values():
        assert all(f"- end: {end:#x}\n  start: {start:#x}\n" in text for start, end in ranges)


def test_forms_of_a_configuration_agree(exported):
    _, out, _ = exported
    for folder in ("gen_config/kernel", "libsel4/gen_config/sel4"):
        values = json.loads((out / folder / "gen_config.json").read_text())
        assert (out / folder / "gen_config.yaml").read_text() == "".join(f"{k}: {json.dumps(v)}\n" for k, v in values.items())


@pytest.mark.parametrize("folders, library", [
    (["libsel4/autoconf", "gen_config", "libsel4/gen_config"], True), (["autoconf", "gen_config"], False)])
def test_headers_compile(exported, tmp_path, folders, library):
    word, out, _ = exported
    source = tmp_path / "program.c"
    source.write_text(("#define INCLUDES_LIBRARY\n" if library else "") + PROGRAM)
    run("riscv64-unknown-elf-gcc", *MARCH[word], "-std=gnu11", "-Wall", "-Werror", "-Wno-unused", "-c", source, "-o", tmp_path / "program.o",
        *[f"-I{out / folder}" for folder in folders])
