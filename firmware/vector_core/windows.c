/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

#include "windows.h"

#include <stddef.h>
#include <string.h>

/* Page table entries. Accessed and dirty are set from the beginning: nobody looks at them, and a hart may trap to have them set. */
enum { PTE_VALID = 1, PTE_RIGHTS_SHIFT = 1, PTE_USER = 1 << 4, PTE_ACCESSED = 1 << 6, PTE_DIRTY = 1 << 7, PTE_PAGE_SHIFT = 10, PAGE_SHIFT = 12 };

_Static_assert(VC_READ << PTE_RIGHTS_SHIFT == 2 && VC_WRITE << PTE_RIGHTS_SHIFT == 4 && VC_EXECUTE << PTE_RIGHTS_SHIFT == 8, "the same order");

static pte_t entry(uint64_t address, unsigned flags)
{
    return (pte_t)(address >> PAGE_SHIFT << PTE_PAGE_SHIFT) | flags | PTE_VALID;
}

static pte_t *new_table(struct windows_tables *t, pte_t *link)
{
    if (t->used == t->count) {
        return NULL;
    }
    *link = entry(t->address + (uint64_t)t->used * VC_PAGE, 0);
    return memset(t->tables[t->used++], 0, sizeof *t->tables);
}

static pte_t *table_behind(const struct windows_tables *t, pte_t link)
{
    uint64_t address = (uint64_t)(link >> PTE_PAGE_SHIFT) << PAGE_SHIFT;
    return t->tables[(address - t->address) / VC_PAGE];
}

static bool map_page(struct windows_tables *t, uint32_t virtual, pte_t leaf)
{
    pte_t *table = t->tables[0];
    for (unsigned level = PT_LEVELS - 1; level > 0; level--) {
        pte_t *link = &table[virtual >> (PAGE_SHIFT + level * PT_INDEX_BITS) & (PT_ENTRIES - 1)];
        table = *link ? table_behind(t, *link) : new_table(t, link);
        if (table == NULL) {
            return false;
        }
    }
    table[virtual >> PAGE_SHIFT & (PT_ENTRIES - 1)] = leaf;
    return true;
}

static bool is_good(const struct device_window *window, uint32_t size)
{
    bool whole = window->offset % VC_PAGE == 0 && window->limit % VC_PAGE == VC_PAGE - 1;
    bool inside = window->limit < VC_WINDOW_STRIDE && window->limit < size && window->offset <= size - 1 - window->limit;
    bool rights = window->permissions != VC_WRITE && window->permissions != (VC_WRITE | VC_EXECUTE);    /* reserved */
    return whole && inside && rights;
}

static bool map_window(struct windows_tables *t, uint32_t base, const struct device_window *window, const struct windows_memory *memory)
{
    unsigned flags = window->permissions << PTE_RIGHTS_SHIFT | PTE_USER | PTE_ACCESSED | PTE_DIRTY;
    for (uint32_t at = 0; at < window->limit; at += VC_PAGE) {
        if (!map_page(t, base + at, entry(memory->address + window->offset + at, flags))) {
            return false;
        }
    }
    return true;
}

int windows_map(struct windows_tables *t, const struct device_window *windows, const struct windows_memory *memory)
{
    t->used = 1;
    memset(t->tables[0], 0, sizeof *t->tables);
    for (int i = 0; i < VC_WINDOW_COUNT; i++) {
        const struct device_window *window = &windows[i];
        if (window->permissions == 0) {
            continue;
        }
        if (!is_good(window, memory->size) || !map_window(t, VC_WINDOW_BASE + (uint32_t)i * VC_WINDOW_STRIDE, window, memory)) {
            return i;
        }
    }
    return -1;
}

bool windows_text(const struct device_window *windows, uint32_t address, uint32_t *offset)
{
    uint32_t number = (address - VC_WINDOW_BASE) / VC_WINDOW_STRIDE, at = address % VC_WINDOW_STRIDE;
    if (number >= VC_WINDOW_COUNT || !(windows[number].permissions & VC_EXECUTE) || at > windows[number].limit) {
        return false;
    }
    *offset = windows[number].offset + at;
    return true;
}
