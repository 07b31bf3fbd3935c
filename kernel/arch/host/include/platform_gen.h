/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* Memory map of the host build, in the form of tools/platgen.py's header. RAM is a mapping of the process at HOST_RAM: low enough for the
 * 39-bit pointers in capabilities and for AddressSanitizer. Physical addresses differ from it, so that mixing them up shows. */
#pragma once

#define PLATFORM_NAME "host"
#define HOST_RAM 0x40000000u
#define RAM_BASE 0xc0000000u
#define RAM_END 0xc0800000u
#define HOST_RAM_BYTES 0x800000u
#define KERNEL_PADDR RAM_BASE
#define KERNEL_VADDR HOST_RAM
/* Never accessed; its place only says which root entries belong to the kernel's window. */
#define PLIC_BASE 0xc0c00000u
#define PLIC_CONTEXT 1u
#define TIMEBASE_HZ 10000000u

/* Physical regions that become device untypeds: 4 KiB, and 1 GiB. They are never touched. */
#define PLATFORM_DEVICE_REGIONS {0x10000000u, 0x10000fffu}, {0x80000000u, 0xbfffffffu}
