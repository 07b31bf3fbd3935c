#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""Makes the file of a flash as a device would leave the factory with it: formatted, and with the images of its boot manifest as confirmed recovery
images (firmware/security_core/boot/README.md), so that the first start has nothing to write but the device's key.

  flash_factory.py FILE FLASH_PUT ROM_BASE -- COMMAND...      FLASH_PUT: the program of tools/packer/flash_put.c. COMMAND: loads images and manifest
"""
import os
import struct
import subprocess
import sys

TOOLS = os.path.dirname(os.path.realpath(__file__))
sys.path.insert(0, os.path.join(TOOLS, "packer"))
sys.dont_write_bytecode = True

import boot_manifest        # noqa: E402

COUNTER, BOOT, RECOVERY = 4, 6, 7       # enum store_kind


def main():
    path, put, rom, _, *command = sys.argv[1:]
    manifest = next(file for file, _ in boot_manifest.loaders(command) if os.path.basename(file) == boot_manifest.FILE)
    with open(manifest, "rb") as file:
        data = file.read()
    found = boot_manifest.read(data)
    images = b"".join(segment.data for segment in boot_manifest.segments(command) if segment.base != int(rom, 0))
    subprocess.run([os.path.join(TOOLS, "flash_format.py"), path], check=True)
    for kind, name, value in ((RECOVERY, found.digest().hex()[:32], data + images), (BOOT, "recovery", found.digest()),
                              (COUNTER, "boot", struct.pack("<Q", found.version))):
        subprocess.run([put, path, str(kind), "", name], input=value, check=True)


if __name__ == "__main__":
    main()
