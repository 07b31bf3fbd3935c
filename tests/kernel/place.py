#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""Places a root task behind the kernel: writes user.img (lowest to highest address of its segments, gaps zero) and user.mk
(UI_START, UI_END, UI_PVOFFSET, UI_ENTRY) for the monitor's link."""
import argparse
from pathlib import Path

from elftools.elf.elffile import ELFFile

PAGE = 4096


def round_up(value):
    return (value + PAGE - 1) // PAGE * PAGE


def kernel_end(path):
    """First free physical address behind the kernel with its .bss: the end of its last segment."""
    with open(path, "rb") as f:
        loads = [s for s in ELFFile(f).iter_segments() if s["p_type"] == "PT_LOAD"]
        return max(s["p_paddr"] + s["p_memsz"] for s in loads)


def flatten(path):
    """(virtual start, bytes, entry) of an ELF file."""
    with open(path, "rb") as f:
        elf = ELFFile(f)
        loads = [s for s in elf.iter_segments() if s["p_type"] == "PT_LOAD" and s["p_memsz"]]
        start = min(s["p_vaddr"] for s in loads)
        end = round_up(max(s["p_vaddr"] + s["p_memsz"] for s in loads))
        image = bytearray(end - start)
        for s in loads:
            image[s["p_vaddr"] - start:s["p_vaddr"] - start + s["p_filesz"]] = s.data()
        return start, bytes(image), elf["e_entry"]


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--kernel", required=True)
    options.add_argument("--elf", required=True)
    options.add_argument("--out", required=True, type=Path)
    args = options.parse_args()
    start, image, entry = flatten(args.elf)
    place = round_up(kernel_end(args.kernel))
    (args.out / "user.img").write_bytes(image)
    (args.out / "user.mk").write_text(f"UI_START := {place:#x}\nUI_END := {place + len(image):#x}\n"
                                      f"UI_PVOFFSET := {place - start:#x}\n"
                                      f"UI_ENTRY := {entry:#x}\n")


if __name__ == "__main__":
    main()
