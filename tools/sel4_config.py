#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""Imports the configuration of a kernel that was built elsewhere (sel4-abi.md 13.1) for programs that shall run on it.

usage: sel4_config.py SEL4_OUT_DIR GEN_CONFIG_H INVOCATIONS_JSON HEADER

  SEL4_OUT_DIR      the kernel's build or install folder
  GEN_CONFIG_H      its kernel/gen_config.h
  INVOCATIONS_JSON  our numbers of the invocations
  HEADER            where the configuration goes; nothing is written unless the programs can run on that kernel
"""

import json
import pathlib
import re
import sys

import kconfig

PLATFORM = "qemu-riscv-virt"
WITHOUT = {     # symbol that is absent -> what the programs then go without
    "DEBUG_BUILD": "test commands and the kernel's view of processes (it is not a debug build)",
    "PRINTING": "messages of the rootserver (the kernel has no DebugPutChar)",
}


def read(path):
    """NAME -> value of every CONFIG_NAME that is defined."""
    text = pathlib.Path(path).read_text(encoding="utf-8")
    return {name: value.strip() for name, value in re.findall(r"^#define CONFIG_(\w+)[ \t]*(.*)$", text, re.M)}


def on(config, name):
    return config.get(name, "0") not in ("0", "")


def refuse(config):
    """Why the programs cannot run there, or None."""
    if not on(config, "KERNEL_MCS"):
        return "it is not an MCS kernel: scheduling contexts and reply objects are what the services are built on"
    if config.get("SEL4_ARCH") not in ("riscv32", "riscv64"):
        return f"its architecture is {config.get('SEL4_ARCH')}: riscv32 and riscv64 are supported"
    if config.get("PLAT", PLATFORM) != PLATFORM:
        return f"its platform is {config['PLAT']}: platforms/ describes {PLATFORM} only"
    if int(config.get("ROOT_CNODE_SIZE_BITS", "12"), 0) < 10:
        return f"its root CNode has 2^{config['ROOT_CNODE_SIZE_BITS']} slots: 2^10 are needed"
    return None


def other_numbers(folder, ours):
    """Invocations that this kernel numbers differently."""
    found = [p for p in (folder / "generated/invocations_all.json", folder / "invocations_all.json") if p.is_file()]
    theirs = json.loads(found[0].read_text(encoding="utf-8")) if found else {}
    return [f"{name} is {theirs[name]}, here {ours[name]}" for name in sorted(ours) if name in theirs and theirs[name] != ours[name]]


def main():
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    folder, source, numbers, header = map(pathlib.Path, sys.argv[1:])
    config = read(source)
    reason = refuse(config)
    if reason:
        sys.exit(f"{source}: {reason}")
    wrong = other_numbers(folder, json.loads(numbers.read_text(encoding="utf-8")))
    if wrong:
        sys.exit(f"{folder}: numbers of invocations differ: " + "; ".join(wrong))
    for name, what in WITHOUT.items():
        if not on(config, name):
            print(f"  NOTE  left out: {what}")
    kconfig.write_if_changed(header, source.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
