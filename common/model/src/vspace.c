/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors */
/* Address spaces: mapping pages, and the tables they need. */
#include <model/model.h>

static seL4_Error map_once(seL4_CPtr vspace, seL4_CPtr frame, seL4_Word vaddr, unsigned rights)
{
    return seL4_RISCV_Page_Map(frame, vspace, vaddr, SEL4_RIGHTS(model_map_rights(rights)),
                               (seL4_RISCV_VMAttributes)model_map_attributes(rights));
}

/* After a failed mapping: details are MR0 source, MR1 lookup failure type, MR2 bits left. */
static bool wants_table(seL4_Error error)
{
    return error == seL4_FailedLookup && seL4_GetMR(1) == seL4_MissingCapability && model_table_missing(seL4_GetMR(2), seL4_PageBits);
}

seL4_Error model_map_page(seL4_CPtr vspace, seL4_CPtr frame, seL4_Word vaddr, unsigned rights, const struct model_tables *tables)
{
    for (;;) {
        seL4_Error error = map_once(vspace, frame, vaddr, rights);
        if (!tables || !wants_table(error)) {
            return error;
        }
        seL4_CPtr table = tables->take(tables->context);
        if (!table) {
            return seL4_NotEnoughMemory;
        }
        error = model_map_table(vspace, table, vaddr);
        if (error) {
            return error;
        }
    }
}
