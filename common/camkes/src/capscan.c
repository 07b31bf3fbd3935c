/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors */
#include <camkes/runtime.h>
#include <kata/log.h>
#include <string.h>

#ifdef CONFIG_DEBUG_BUILD
/* Names by the number that the kernel answers. */
static const char *cap_name(seL4_Word tag)
{
    static const struct {
        uint8_t tag;
        char name[13];
    } names[] = {
        { seL4_CapTag_Untyped, "untyped" },       { seL4_CapTag_Endpoint, "endpoint" },    { seL4_CapTag_Notification, "notification" },
        { seL4_CapTag_Reply, "reply" },           { seL4_CapTag_CNode, "cnode" },          { seL4_CapTag_Thread, "tcb" },
        { seL4_CapTag_IRQControl, "irqcontrol" }, { seL4_CapTag_IRQHandler, "irq" },       { seL4_CapTag_Zombie, "zombie" },
        { seL4_CapTag_Domain, "domain" },         { seL4_CapTag_SchedContext, "schedctx" }, { seL4_CapTag_SchedControl, "schedctrl" },
        { seL4_CapTag_Frame, "frame" },           { seL4_CapTag_PageTable, "pagetable" },  { seL4_CapTag_ASIDControl, "asidctrl" },
        { seL4_CapTag_ASIDPool, "asidpool" },
    };
    for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (names[i].tag == tag) {
            return names[i].name;
        }
    }
    return "unknown";
}

/* Four columns of decimal digits; a CNode here has fewer than 10000 slots. */
static void put_slot(char *at, seL4_CPtr slot)
{
    for (int i = 3; i >= 0; i--, slot /= 10) {
        at[i] = slot || i == 3 ? (char)('0' + slot % 10) : ' ';
    }
}

/* Without the formatter of printf: many components log nothing else. */
void camkes_capscan(void)
{
    for (seL4_CPtr slot = 1; slot >> camkes_component.self_cnode_bits == 0; slot++) {
        seL4_Word tag = seL4_DebugCapIdentify(slot);
        if (tag != seL4_CapTag_Null) {
            char text[24] = "     ";
            put_slot(text, slot);
            strlcpy(text + 5, cap_name(tag), sizeof text - 5);
            kata_log_text(LOG_INFO, text);
        }
    }
}
#else
void camkes_capscan(void) { kata_log_text(LOG_INFO, "capscan needs a debug kernel"); }
#endif
