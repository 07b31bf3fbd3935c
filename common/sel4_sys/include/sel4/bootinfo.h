/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors */
/* What the kernel tells the initial thread (sel4-abi §12.5, MCS). */
#ifndef SEL4_BOOTINFO_H
#define SEL4_BOOTINFO_H

#include <sel4/types.h>

#define SEL4_BOOTINFO_UNTYPEDS 230

/* Slots start..end-1 of the initial CNode. */
typedef struct seL4_SlotRegion {
    seL4_SlotPos start;
    seL4_SlotPos end;
} seL4_SlotRegion;

typedef struct seL4_UntypedDesc {
    seL4_Word paddr;
    seL4_Uint8 sizeBits;
    seL4_Uint8 isDevice;
    seL4_Uint8 padding[sizeof(seL4_Word) - 2];
} seL4_UntypedDesc;

typedef struct seL4_BootInfo {
    seL4_Word extraLen; /* bytes of seL4_BootInfoHeader chunks, one page behind this structure */
    seL4_NodeId nodeID;
    seL4_Word numNodes;
    seL4_Word numIOPTLevels;
    seL4_IPCBuffer *ipcBuffer;
    seL4_SlotRegion empty;
    seL4_SlotRegion sharedFrames;
    seL4_SlotRegion userImageFrames;
    seL4_SlotRegion userImagePaging;
    seL4_SlotRegion ioSpaceCaps;
    seL4_SlotRegion extraBIPages;
    seL4_Word initThreadCNodeSizeBits;
    seL4_Domain initThreadDomain;
    seL4_SlotRegion schedcontrol;
    seL4_SlotRegion untyped;
    seL4_UntypedDesc untypedList[SEL4_BOOTINFO_UNTYPEDS]; /* element i describes slot untyped.start + i */
} seL4_BootInfo;
_Static_assert(sizeof(seL4_BootInfo) == 23 * sizeof(seL4_Word) + SEL4_BOOTINFO_UNTYPEDS * 2 * sizeof(seL4_Word), "bootinfo size");

typedef struct seL4_BootInfoHeader {
    seL4_Word id;
    seL4_Word len; /* of the chunk with this header */
} seL4_BootInfoHeader;

#endif
