/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

#include "rootserver.h"

struct rootserver rs;

/* The specification follows the rootserver's own pages in the boot image (tools/composer/image.py). */
extern const char rootserver_spec[];
/* Read from memory: GNU ld may take the symbol for near the global pointer, and then move it to the next page. */
static const char *const volatile spec = rootserver_spec;

_Noreturn void rootserver_main(seL4_BootInfo *info);

#ifdef CONFIG_PRINTING
static const char *const open_errors[] = {
    [CAPDL_TRUNCATED] = "specification is truncated",     [CAPDL_BAD_MAGIC] = "no specification behind the rootserver",
    [CAPDL_BAD_VERSION] = "specification is of another version or word size", [CAPDL_BAD_CRC] = "specification is damaged",
    [CAPDL_BAD_LAYOUT] = "tables of the specification do not fit", [CAPDL_BAD_OBJECT] = "bad object in the specification, number",
    [CAPDL_BAD_CAP] = "bad capability in the specification, number",
};
#endif

/* Lowest slot of the boot CNode that the assembly uses for itself. */
static seL4_SlotPos assembly_slots(void)
{
    seL4_SlotPos end = rs.info->empty.end;
    for (unsigned i = 0; i < rs.spec.header->object_count; i++) {
        const struct capdl_object *cnode = &rs.spec.objects[i];
        if (cnode->type != CAPDL_CNODE || !(cnode->flags & CAPDL_BOOT)) {
            continue;
        }
        for (unsigned c = 0; c < cnode->caps_count; c++) {
            seL4_SlotPos slot = rs.spec.caps[cnode->caps_first + c].slot;
            end = slot < end ? slot : end;
        }
    }
    return end;
}

static void open_specification(void)
{
    seL4_Word image_pages = rs.info->userImageFrames.end - rs.info->userImageFrames.start;
    const char *at = spec;
    size_t room = (image_pages << seL4_PageBits) - ((seL4_Word)at - ROOTSERVER_BASE);
    unsigned bad = 0;
    enum capdl_error error = capdl_open(&rs.spec, at, room, &bad);
    if (error != CAPDL_OK) {
        fail(NULL, bad, open_errors[error], seL4_NoError);
    }
    if (rs.spec.header->image_first > image_pages) {
        fail(NULL, 0, "specification does not belong to this image", seL4_NoError);
    }
    rs.first_object = rs.info->empty.start;
    rs.next_free = rs.first_object + rs.spec.header->id_count;
    rs.end_free = assembly_slots();
    if (rs.next_free > rs.end_free) {
        fail(NULL, rs.spec.header->id_count, "boot CNode is too small, objects", seL4_NoError);
    }
}

_Noreturn void rootserver_main(seL4_BootInfo *info)
{
    rs.info = info;
    rs.handoff = (struct kata_handoff *)((char *)info + KATA_HANDOFF_OFFSET);
    seL4_SetIPCBuffer(info->ipcBuffer);
    open_specification();
    memory_init();
    create_objects();
    build_address_spaces();
    configure_interrupts();
    build_capability_spaces();
    configure_threads();
    hand_off();
    resume_threads();
    (void)seL4_TCB_Suspend(seL4_CapInitThreadTCB); /* for ever: MemoryManager deletes this thread */
    fail_stop();
}
