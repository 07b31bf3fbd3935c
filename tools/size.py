#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""Where the memory goes: bytes and pages of every component and of the kernel, from the built images and from the running
system, and whether the two agree. Writes OUT/size.json.

From the images: the ELF files and OUT/composition.json (every object of the specification). From the running system: what
MemoryManager logs at its start and `mstats` says. $QEMU_COMMAND is the command that runs the system; without it (or with
--static) only the images are looked at.

  idle   monitor + kernel (without what it uses at boot only) + its objects for the root task + components
  peak   idle + the rootserver with its specification, the root task's IPC buffer and the kernel's boot code: all of these
         come back before the first prompt"""
import argparse
import json
import os
import re
import sys
from pathlib import Path

from elftools.elf.elffile import ELFFile

import scripted

PAGE = 4096
KINDS = ("text", "data", "bss", "stack", "shared")
USED_SECTIONS = (".text", ".rodata", ".data", ".bss")
SMALLEST_BLOCK = 16         # bytes; smaller pieces of memory become no untyped


class Elf:
    """Sizes and symbols of an ELF file."""

    def __init__(self, path):
        with open(path, "rb") as f:
            elf = ELFFile(f)
            self.sections = {s.name: s["sh_size"] for s in elf.iter_sections() if s["sh_flags"] & 2 and s["sh_size"]}
            table = elf.get_section_by_name(".symtab")
            self.symbols = {s.name: s["st_value"] for s in table.iter_symbols()} if table else {}


def kernel_figures(out):
    """(bytes by section, bytes that stay after boot)"""
    elf = Elf(out / "kernel.elf")
    return {name.lstrip("."): size for name, size in elf.sections.items()}, elf.symbols["ki_end"] - elf.symbols["ki_boot_end"]


def component_figures(composition):
    """Bytes by component and kind."""
    figures = {}
    for name, entry in composition["components"].items():
        row = {kind: entry["pages"].get(kind, 0) * PAGE for kind in KINDS}
        row |= {kind: pages * PAGE for kind, pages in entry["pages"].items() if kind not in KINDS}
        row["objects"] = sum(entry["objects"].values())
        if sum(row.values()) != entry["bytes"]:
            raise scripted.RunError(f"composition.json: the parts of {name} do not add up")
        figures[name] = row | {"total": entry["bytes"]}
    return figures


def component_sections(out, names):
    """What of a component's pages is really used: bytes by ELF section."""
    return {name: {k.lstrip("."): v for k, v in Elf(out / f"{name}.elf").sections.items() if k in USED_SECTIONS} for name in names}


def root_task_objects(out, composition):
    """Objects the kernel makes for the root task, that stay: bytes by name. Its IPC buffer comes back."""
    config = json.loads((out / "gen" / "gen_config.json").read_text())
    wide = config.get("WORD_SIZE") == "64"
    tcb_bits = (10 if wide else 9) + (config.get("HAVE_FPU") is True)
    return dict(composition["kernel_made"]) | {"asid_pool": PAGE, "root_tcb": 1 << tcb_bits, "root_sched_context": 128}


def platform(out):
    """The numbers of platform.mk, without their prefix."""
    make = dict(re.findall(r"^PLAT_(\w+) := (\S+)", (out / "gen" / "platform.mk").read_text(), re.M))
    return {name: int(value, 0) for name, value in make.items() if re.fullmatch(r"0x[0-9a-fA-F]+|\d+", value)}


def running_figures(command):
    """What the running system says about itself, before any application was started."""
    text = scripted.run_system(command, ["mstats", "mdebug", "shutdown"])
    start = re.search(r"Global memory: (\d+) allocated (\d+) free, reserved: (\d+) kernel (\d+) user", text)
    stats = re.search(r"^(\d+) bytes in-use, (\d+) bytes free, \d+ bytes requested, (\d+) overhead", text, re.M)
    boot = re.search(r"\[boot frames\] size (\d+)", text)
    if not (start and stats and boot):
        raise scripted.RunError("the system did not report its memory:\n" + text[-2000:])
    return {"kernel": int(start[3]), "user": int(start[4]), "allocated": int(stats[1]), "free": int(stats[2]),
            "recycled": int(boot[1])}


def compare(built, running, ram):
    """Disagreements between images and running system, as text; [] is agreement."""
    problems = []
    lost = running["kernel"] - built["kernel"]
    if not 0 <= lost < SMALLEST_BLOCK * 4:
        problems.append(f"kernel and its objects: {built['kernel']} bytes from the images, {running['kernel']} in the running system")
    lost = running["user"] - built["user"]
    if not 0 <= lost < PAGE:
        problems.append(f"components: {built['user']} bytes from the images, {running['user']} in the running system")
    if built["recycled"] != running["recycled"]:
        problems.append(f"given back by the rootserver: {built['recycled']} bytes expected, {running['recycled']} in the running system")
    total = running["kernel"] + running["user"] + running["allocated"] + running["free"]
    if total != ram:
        problems.append(f"kernel + user + allocated + free = {total} bytes, but there are {ram}")
    return problems


def kib(n):
    return f"{n / 1024:8.1f}"


def show_components(components):
    print(f"\n{'component':22}" + "".join(f"{kind:>7}" for kind in KINDS) + f"{'pages':>7}{'objects':>9}{'bytes':>9}{'KiB':>9}")
    sums = dict.fromkeys(KINDS + ("objects", "total"), 0)
    for name, row in sorted(components.items(), key=lambda item: -item[1]["total"]):
        pages = sum(v for k, v in row.items() if k not in ("objects", "total")) // PAGE
        print(f"{name:22}" + "".join(f"{row[kind] // PAGE or '':>7}" for kind in KINDS)
              + f"{pages:>7}{row['objects']:>9}{row['total']:>9}{kib(row['total']):>9}")
        for key in sums:
            sums[key] += row[key]
    print(f"{'all components':22}" + "".join(f"{sums[kind] // PAGE:>7}" for kind in KINDS)
          + f"{(sums['total'] - sums['objects'] + PAGE - 1) // PAGE:>7}{sums['objects']:>9}{sums['total']:>9}{kib(sums['total']):>9}")
    print("(kinds in pages of 4096 bytes, objects and totals in bytes)")


def show_kernel(out, compiled, kernel, resident, objects):
    print("\nkernel image, bytes")
    print(f"  compiled by {compiled}; {scripted.kernel_label(out)}: the file whose instructions `make bench` counts")
    for name, size in kernel.items():
        print(f"  {name:24}{size:>9}" + ("   given back after boot" if name == "boot" else ""))
    print(f"  {'whole image':24}{sum(kernel.values()):>9}   {kib(sum(kernel.values())).strip()} KiB\n  {'stays after boot':24}{resident:>9}")
    print("objects made by the kernel at boot, bytes")
    for name, size in objects.items():
        print(f"  {name:24}{size:>9}")


def firmware_figures(out):
    """Bytes of RAM by part of what is not the management core's: the firmware of security core and vector core, and the boot ROM's code."""
    core, vector, rom = (Elf(out / f"{name}.elf") for name in ("security_core", "vector_core", "boot_rom"))
    figures = {"security_core." + name.lstrip("."): size for name, size in core.sections.items()}
    return figures | {"security_core": core.symbols["core_end"] - core.symbols["_start"],
                      "vector_core": vector.symbols["core_end"] - vector.symbols["_start"], "boot_rom": sum(rom.sections.values())}


def show_memory(title, rows):
    print(f"\n{title}")
    for name, n in rows.items():
        print(f"  {name:28}{n:>9}{kib(n)} KiB")


def report(out, command, compiled):
    composition = json.loads((out / "composition.json").read_text())
    plat = platform(out)
    (kernel, resident), components = kernel_figures(out), component_figures(composition)
    objects = root_task_objects(out, composition)
    ram, monitor = plat["RAM_END"] - plat["RAM_BASE"], plat["RAM_BASE"] - plat["HART0_BASE"]
    built = {"kernel": resident + sum(objects.values()), "user": composition["total_bytes"],
             "recycled": composition["boot"]["bytes"] + PAGE}
    running = running_figures(command) if command else None
    used = running or built
    idle = monitor + used["kernel"] + used["user"] + used.get("allocated", 0)
    peak = idle + used["recycled"] + kernel.get("boot", 0)
    show_components(components)
    show_kernel(out, compiled, kernel, resident, objects)
    show_memory(f"memory of the management core ({out.name}), bytes",
                {"RAM": ram + monitor, "monitor": monitor, "kernel and its objects": used["kernel"], "components": used["user"],
                 "  of that lost to alignment": used["user"] - built["user"], "idle": idle, "boot peak": peak,
                 "free when idle": ram + monitor - idle})
    print(f"  boot peak / idle            {peak / idle:>9.3f}")
    firmware = firmware_figures(out)
    show_memory("firmware of the other harts, bytes of their own RAM (aim of the security core: 65536)", firmware)
    problems = compare(built, running, ram) if running else []
    document = {"kernel": kernel, "kernel_compiled_by": compiled, "components": components, "idle_bytes": idle, "boot_peak_bytes": peak, "ram_bytes": ram + monitor,
                "monitor_bytes": monitor, "kernel_resident_bytes": resident, "kernel_objects": objects,
                "component_sections": component_sections(out, components), "firmware": firmware, "built": built, "running": running,
                "agree": None if running is None else not problems}
    (out / "size.json").write_text(json.dumps(document, indent=2) + "\n")
    print(f"\nwritten: {out / 'size.json'}")
    for problem in problems:
        print(f"size.py: {problem}", file=sys.stderr)
    if running and not problems:
        print("the built images and the running system agree")
    return 1 if problems else 0


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--out", required=True, type=Path, help="the build folder")
    options.add_argument("--compiled", default="(not said)", help="compiler and optimisation of the kernel")
    options.add_argument("--static", action="store_true", help="do not run the system")
    args = options.parse_args()
    try:
        return report(args.out, None if args.static else os.environ.get("QEMU_COMMAND"), args.compiled)
    except (scripted.RunError, OSError, KeyError) as error:
        print(f"size.py: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
