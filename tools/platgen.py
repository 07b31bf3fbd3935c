#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""Turns platforms/<name>/platform.toml into what C, assembler, make and user-level tools read.

  platgen.py --platform platforms/qemu_virt/platform.toml --arch riscv32 --out build/.../gen [--ram BYTES]

A description is of one of two kinds: a machine whose memory is divided among harts, with our monitor below the kernel
([hart0] and so on), or a machine of which a loader gives the kernel everything ([image], [arch.*]).

writes under the output folder:
  include/platform_gen.h   addresses and sizes; C and assembler; the device regions for C only
  platform.mk              the same as make variables (PLAT_...)
  platform_gen.json/.yaml  physical regions in upstream seL4's form (sel4-abi chapter 13.1)
Files are only rewritten when their content changes.
"""

import argparse
import json
import pathlib
import sys
import tomllib

# Per architecture: first address beyond device space (chapter 12.2), size of the page that maps kernel devices (they are
# never given to user level), kernel address minus physical address.
ARCHITECTURES = {
    "riscv32": {"device_top": 1 << 32, "device_page": 1 << 22, "kernel_offset": 0},
    "riscv64": {"device_top": 1 << 39, "device_page": 1 << 21, "kernel_offset": 0xFFFFFFC000000000},
}

PAGE = 4096
WITHIN_RESERVED = ("mailbox", "vc_top", "boot_rom", "boot_manifest")
USER_LEVEL = ("mailbox", "vc_top")      # of these, what drivers map


class PlatformError(Exception):
    """The description is not usable; the text names the key."""


def is_power_of_two(value):
    return value > 0 and value & (value - 1) == 0


def region(table, name):
    """Half-open range of a section with base and size."""
    return table[name]["base"], table[name]["base"] + table[name]["size"]


def round_out(rng, align):
    return rng[0] // align * align, -(-rng[1] // align) * align


def merge(ranges):
    """Sorted ranges with those that touch or overlap joined."""
    merged = []
    for start, end in sorted(ranges):
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((start, end))
    return merged


def complement(ranges, top):
    """What merged ranges leave of [0, top)."""
    gaps, at = [], 0
    for start, end in ranges:
        if start > at:
            gaps.append((at, min(start, top)))
        at = max(at, end)
    if at < top:
        gaps.append((at, top))
    return gaps


def inside(rng, outer):
    return outer[0] <= rng[0] and rng[1] <= outer[1]


def without(ranges, hole):
    """What a hole leaves of ranges."""
    parts = [part for start, end in ranges for part in ((start, min(end, hole[0])), (max(start, hole[1]), end))]
    return [part for part in parts if part[0] < part[1]]


def check(desc):
    """Raises PlatformError for a map that monitor or kernel cannot use."""
    hart0, monitor_size = desc["hart0"], desc["hart0"]["monitor_size"]
    if not is_power_of_two(monitor_size) or hart0["base"] % monitor_size:
        raise PlatformError("hart0.monitor_size: not a naturally aligned power of two (one PMP entry)")
    if hart0["size"] % PAGE or hart0["size"] <= monitor_size:
        raise PlatformError("hart0.size: not a multiple of 4096, or no room behind the monitor")
    names = ("hart0", "hart1", "hart2", "reserved", "archive") + tuple(name for name in ("tcm",) if name in desc)
    for name in names:
        if desc[name]["base"] % PAGE or desc[name]["size"] % PAGE:
            raise PlatformError(f"{name}: not page aligned")
    for name in WITHIN_RESERVED:
        if name in desc and not inside(region(desc, name), region(desc, "reserved")):
            raise PlatformError(f"{name}: not within reserved")
    placed = sorted((region(desc, name), name) for name in names)
    for (first, first_name), (second, second_name) in zip(placed, placed[1:]):
        if second[0] < first[1]:
            raise PlatformError(f"{second_name}: overlaps {first_name}")


def regions(desc, arch):
    """(memory, devices): what the kernel manages, and what it hands out untouched. Devices include what drivers map of the shared pages, and exclude the
    kernel's own, the monitor, the other harts' slots and what a smaller hart0.size leaves unused of hart 0's slot."""
    kernel = desc["kernel"]
    memory = (desc["hart0"]["base"] + desc["hart0"]["monitor_size"], region(desc, "hart0")[1])
    slot_end = min(region(desc, name)[0] for name in ("hart1", "hart2"))
    reserved = [(desc["hart0"]["base"], max(slot_end, memory[1]))]
    reserved += [region(desc, name) for name in ("hart1", "hart2")]
    shared = [region(desc, "reserved")]
    for name in USER_LEVEL:
        shared = without(shared, region(desc, name)) if name in desc else shared
    reserved += shared
    for device in ("clint", "plic"):
        rng = kernel[device + "_base"], kernel[device + "_base"] + kernel[device + "_size"]
        reserved.append(round_out(rng, arch["device_page"]))
    return memory, complement(merge(reserved), arch["device_top"])


def loaded_regions(desc, arch, own):
    """The same for a machine with one memory: (what tools are told, what the kernel reaches, devices, devices of the kernel)."""
    start = desc["image"]["paddr"]
    reserved = [(start, own["window_end"])]
    for device in ("clint", "plic"):
        rng = desc["kernel"][device + "_base"], desc["kernel"][device + "_base"] + desc["kernel"][device + "_size"]
        reserved.append(round_out(rng, arch["device_page"]))
    told = reserved[1:] + [(start, own["memory_end"])]
    return (start, own["memory_end"]), (start, own["window_end"]), complement(merge(reserved), arch["device_top"]), \
        complement(merge(told), arch["device_top"])


def loaded_constants(desc, own, window):
    """Name -> value."""
    firmware = desc["firmware"]
    out = {
        "MONITOR_BASE": firmware["base"],
        "MONITOR_SIZE": firmware["size"],
        "HART0_BASE": firmware["base"],
        "HART0_END": window[1],
        "KERNEL_PADDR": window[0],
        "KERNEL_VADDR": own["image_vaddr"],
        "DIRECT_MAP_OFFSET": own["direct_map"],
        "RAM_BASE": window[0],
        "RAM_END": window[1],
    }
    if "device_window" in own:
        out["DEVICE_WINDOW"] = own["device_window"]
    return out | device_constants(desc)


def device_constants(desc):
    """Name -> value."""
    out = {"TIMEBASE_HZ": desc["kernel"]["timebase_hz"]}
    for key in ("plic_base", "plic_size", "plic_context", "plic_sources", "clint_base", "clint_size", "uart_base"):
        out[key.upper()] = desc["kernel"][key]
    out["FINISHER_BASE"] = desc["machine"]["finisher_base"]
    return out


def constants(desc, arch, memory):
    """Name -> value, in the order of the output."""
    hart0 = desc["hart0"]
    out = {
        "MONITOR_BASE": hart0["base"],
        "MONITOR_SIZE": hart0["monitor_size"],
        "HART0_BASE": hart0["base"],
        "HART0_END": memory[1],
        "KERNEL_PADDR": memory[0],
        "KERNEL_VADDR": memory[0] + arch["kernel_offset"],
        "RAM_BASE": memory[0],
        "RAM_END": memory[1],
    }
    for name in ("hart1", "hart2", "archive") + tuple(name for name in WITHIN_RESERVED + ("tcm",) if name in desc):
        out[name.upper() + "_BASE"] = desc[name]["base"]
        out[name.upper() + "_SIZE"] = desc[name]["size"]
    for section in ("security", "vector"):
        out |= {name.upper(): value for name, value in desc.get(section, {}).items()}
    return out | device_constants(desc)


def c_literal(value):
    return f"{value:#x}" if value >= 4096 else str(value)


def header(desc, consts, devices):
    lines = ["/* Generated by tools/platgen.py from platforms/%s/platform.toml. */" % desc["machine"]["name"],
             "#pragma once", "",
             "#ifdef __ASSEMBLER__", "#define PLATFORM_UNSIGNED(x) x",
             "#else", "#define PLATFORM_UNSIGNED_(x) x##u", "#define PLATFORM_UNSIGNED(x) PLATFORM_UNSIGNED_(x)",
             "#endif", "",
             '#define PLATFORM_NAME "%s"' % desc["machine"]["name"]]
    # KERNEL_VADDR of riscv64 does not fit 'unsigned': the suffix u still gives it the type unsigned long.
    lines += [f"#define {name} PLATFORM_UNSIGNED({c_literal(value)})" for name, value in consts.items()]
    if desc["kernel"]["sstc"]:
        lines.append("#define PLATFORM_SSTC 1")
    lines += ["", "/* Physical regions that become device untypeds, ascending: {start, last byte}. */",
              "#define PLATFORM_DEVICE_REGIONS " +
              ", ".join(f"{{{start:#x}u, {end - 1:#x}u}}" for start, end in devices), ""]
    return "\n".join(lines)


def make_vars(desc, consts):
    lines = ["# Generated by tools/platgen.py from platforms/%s/platform.toml." % desc["machine"]["name"]]
    lines += [f"PLAT_{name} := {value:#x}" for name, value in consts.items()]
    lines.append(f"PLAT_HARTS := {desc['machine']['harts']}")
    lines.append(f"PLAT_TOTAL_RAM_MIB := {desc['machine']['total_ram_mib']}")
    return "\n".join(lines) + "\n"


def region_dicts(ranges):
    return [{"start": start, "end": end} for start, end in ranges]


def yaml_regions(parts):
    lines = []
    for key, ranges in parts.items():
        lines.append(f"{key}:")
        for start, end in ranges:
            lines += [f"- end: {end:#x}", f"  start: {start:#x}"]
    return "\n".join(lines) + "\n"


def write_if_changed(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.read_text() != text:
        path.write_text(text)


def divided(desc, args):
    """(device regions, constants, parts of platform_gen) of a machine that is divided among harts."""
    arch = ARCHITECTURES[args.arch]
    if args.ram:
        desc["hart0"]["size"] = args.ram
    check(desc)
    memory, devices = regions(desc, arch)
    return devices, constants(desc, arch, memory), {"devices": devices, "memory": [memory]}


def loaded(desc, name, ram):
    """The same of a machine whose kernel comes from a loader; ram: bytes of all of its memory."""
    own = desc["arch"][name]
    if ram:
        end = desc["firmware"]["base"] + ram
        own["memory_end"], own["window_end"] = min(own["memory_end"], end), min(own["window_end"], end)
        own["total_ram_mib"] = ram >> 20
    memory, window, devices, told = loaded_regions(desc, ARCHITECTURES[name], own)
    desc["machine"]["total_ram_mib"] = own["total_ram_mib"]
    return devices, loaded_constants(desc, own, window), {"devices": told, "memory": [memory]}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--platform", required=True, type=pathlib.Path)
    parser.add_argument("--arch", required=True, choices=ARCHITECTURES)
    parser.add_argument("--out", required=True, type=pathlib.Path)
    parser.add_argument("--ram", type=lambda text: int(text, 0), help="bytes of RAM: of hart 0, or of the whole machine")
    args = parser.parse_args()
    try:
        desc = tomllib.loads(args.platform.read_text())
        devices, consts, parts = loaded(desc, args.arch, args.ram) if "image" in desc else divided(desc, args)
    except KeyError as missing:
        sys.exit(f"{args.platform}: missing key {missing}")
    except (PlatformError, tomllib.TOMLDecodeError) as problem:
        sys.exit(f"{args.platform}: {problem}")
    write_if_changed(args.out / "include/platform_gen.h", header(desc, consts, devices))
    write_if_changed(args.out / "platform.mk", make_vars(desc, consts))
    write_if_changed(args.out / "platform_gen.json",
                     json.dumps({key: region_dicts(ranges) for key, ranges in parts.items()}, indent=2) + "\n")
    write_if_changed(args.out / "platform_gen.yaml", yaml_regions(parts))


if __name__ == "__main__":
    main()
