#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""Imports configuration and numbers of a kernel that was built elsewhere (sel4-abi.md 13.1) for programs that shall run on it.

usage: sel4_config.py SEL4_OUT_DIR GEN_CONFIG_H HEADER NUMBERS

  SEL4_OUT_DIR      the kernel's build or install folder
  GEN_CONFIG_H      its kernel/gen_config.h
  HEADER, NUMBERS   where the configuration goes, and the numbers of the kernel's invocations (JSON: label -> number; empty when
                    the folder does not tell); nothing is written unless the programs can run on that kernel
"""

import json
import pathlib
import re
import subprocess
import sys

import apigen
import kconfig

TOP = pathlib.Path(__file__).resolve().parent.parent
PLATFORM = "qemu-riscv-virt"
TIMEBASE = "10000000"                   # of that platform: kernels before TIMER_FREQUENCY was a setting do not say
LEVELS = {"riscv32": "2", "riscv64": "3"}
SMALLEST_BUDGET = 100                   # microseconds that a manifest may ask for; the kernel's minimum is 20 times its scale
USUAL_PERIOD, LONGEST_PERIOD = 10000, 1000000   # microseconds, of applications
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


def number(config, name, default):
    """Value of a setting; kernels that do not have it behave as with the default."""
    return int(config.get(name) or default, 0)


def refuse(config):
    """Why the programs cannot run there, or None."""
    arch = config.get("SEL4_ARCH")
    if arch not in LEVELS:
        return f"its architecture is {arch}: riscv32 and riscv64 are supported"
    if config.get("PLAT", PLATFORM) != PLATFORM:
        return f"its platform is {config['PLAT']}: platforms/ describes {PLATFORM} only"
    if not on(config, "KERNEL_MCS"):
        return "it is not an MCS kernel: scheduling contexts and reply objects are what the services are built on"
    if config.get("PT_LEVELS", LEVELS[arch]) != LEVELS[arch]:
        return f"its page tables have {config['PT_LEVELS']} levels: address spaces of {LEVELS[arch]} are supported"
    if number(config, "ROOT_CNODE_SIZE_BITS", "12") < 10:
        return f"its root CNode has 2^{config['ROOT_CNODE_SIZE_BITS']} slots: 2^10 are needed"
    if number(config, "NUM_PRIORITIES", "256") < 256:
        return f"it has {config['NUM_PRIORITIES']} priorities: 256 are needed"
    if 20 * number(config, "KERNEL_WCET_SCALE", "1") > SMALLEST_BUDGET:
        return f"its smallest budget is {20 * number(config, 'KERNEL_WCET_SCALE', '1')} us: {SMALLEST_BUDGET} us are needed"
    if 0 < number(config, "KERNEL_STATIC_MAX_PERIOD_US", "0") < USUAL_PERIOD:
        return f"its longest period is {config['KERNEL_STATIC_MAX_PERIOD_US']} us: {USUAL_PERIOD} us are needed"
    return None


# ---- numbers

def bases(folder):
    """Where the kernel's own files may be: alone, or in the folder of a larger project."""
    return [folder, folder / "kernel", folder / "sel4"]


def enumerators(config_header, header):
    """Names that a header of the folder enumerates under this configuration, in order: (name, text of the value or empty)."""
    source = re.sub(r"^\s*#\s*include.*$", "", header.read_text(encoding="utf-8"), flags=re.M)
    done = subprocess.run(["riscv64-unknown-elf-cpp", "-P", "-imacros", config_header, "-"], input=source, text=True, capture_output=True,
                          check=True)
    names = []
    for body in re.findall(r"enum\s*\w*\s*{([^}]*)}", done.stdout):
        names += [(name, value.strip()) for name, value in re.findall(r"(\w+)\s*(?:=([^,]*))?(?:,|\s*$)", body.strip())]
    return names


def header_of(folder, name, special=""):
    """A generated header of the user library, in a build or in an install folder."""
    for base in bases(folder) + [folder.parent]:
        for at in (f"libsel4/{special}include{'/riscv' if special == 'arch_' else ''}", "libsel4/include", "include"):
            if (base / at / "sel4" / name).is_file():
                return base / at / "sel4" / name
    return None


def labels_of(folder, config_header):
    """Label -> number as the folder tells: a table, or the headers of the user library. {} when it has neither."""
    for base in bases(folder):
        for name in ("generated/invocations_all.json", "invocations_all.json"):
            if (base / name).is_file():
                return json.loads((base / name).read_text(encoding="utf-8"))
    generic, arch = header_of(folder, "invocation.h"), header_of(folder, "arch/invocation.h", "arch_")
    if not generic or not arch:
        return {}
    names = [name for header in (generic, arch) for name, _ in enumerators(config_header, header)]
    names = [name for name in names if not re.match(r"n\w*InvocationLabels$", name)]    # counts, from which the next header goes on
    return {name: at for at, name in enumerate(names) if name != "InvalidInvocation"}


def used_stubs():
    """Names of all invocations that the programs call."""
    sources = [path for folder in ("common", "rootserver", "services") for path in (TOP / folder).rglob("*.[ch]")]
    return {name for path in sources for name in re.findall(r"\bseL4_[A-Z]\w*_\w+(?=\()", path.read_text(encoding="utf-8"))}


def missing(api, labels):
    """Invocations that the programs need and the kernel does not have."""
    used = used_stubs()
    return [i["label"] for i in api["invocation"] if labels and i["label"] not in labels and f"seL4_{i['object']}_{i['method']}" in used]


def other_calls(api, folder, config_header):
    """System calls that the kernel's user library numbers differently."""
    header = header_of(folder, "syscall.h")
    theirs = dict(enumerators(config_header, header)) if header else {}
    ours = {"seL4_Sys" + s["name"]: s["number"] for s in api["syscall"]}
    return [f"{name} is {theirs[name]}, here {ours[name]}" for name in ours
            if re.fullmatch(r"-?\d+", theirs.get(name, "")) and int(theirs[name]) != ours[name]]


def notes(config, labels):
    """What differs from a kernel with everything, one line each."""
    found = [f"left out: {what}" for name, what in WITHOUT.items() if not on(config, name)]
    if not labels:
        found.append("the folder does not tell the numbers of invocations: those of seL4 16, MCS, are taken")
    if "TIMER_FREQUENCY" not in config:
        found.append(f"the configuration does not tell the timer's frequency: {TIMEBASE} Hz, the platform's, is taken")
    if 0 < number(config, "KERNEL_STATIC_MAX_PERIOD_US", "0") < LONGEST_PERIOD:
        found.append(f"periods of applications: {config['KERNEL_STATIC_MAX_PERIOD_US']} us at most, longer ones are refused at their start")
    return found


def main():
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    folder, source, header, numbers = map(pathlib.Path, sys.argv[1:])
    config = read(source)
    reason = refuse(config)
    if reason:
        sys.exit(f"{source}: {reason}")
    api = apigen.load(int(config["SEL4_ARCH"][-2:]))
    labels = labels_of(folder, source)
    lacking, wrong = missing(api, labels), other_calls(api, folder, source)
    if lacking:
        sys.exit(f"{folder}: the kernel has no invocation {', '.join(lacking)}, which the services need")
    if wrong:
        sys.exit(f"{folder}: numbers of system calls differ: " + "; ".join(wrong))
    for note in notes(config, labels):
        print(f"  NOTE  {note}")
    text = source.read_text(encoding="utf-8")
    if "TIMER_FREQUENCY" not in config:
        text += f"\n#define CONFIG_TIMER_FREQUENCY {TIMEBASE}\n"
    if "RETYPE_FAN_OUT_LIMIT" not in config:
        text += "\n#define CONFIG_RETYPE_FAN_OUT_LIMIT 256\n"
    kconfig.write_if_changed(header, text)
    kconfig.write_if_changed(numbers, json.dumps(labels) + "\n")


if __name__ == "__main__":
    main()
