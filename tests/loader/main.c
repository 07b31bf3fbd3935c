/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors
 *
 * A loader with upstream's contract (sel4-abi.md 12.1), for tests: runs behind any SBI firmware, places kernel, device tree and
 * user image, and enters the kernel with translation on.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uintptr_t word_t;

#define PAGE_SIZE ((word_t)4096)
#define IS_64BIT (__riscv_xlen == 64)

/* --- ELF (System V ABI, chapters 4 and 5) ---------------------------------------------------------------------- */

struct elf_header {
    uint8_t ident[16];
    uint16_t type, machine;
    uint32_t version;
    word_t entry, phoff, shoff;
    uint32_t flags;
    uint16_t ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
};

#if __riscv_xlen == 64
struct program_header {
    uint32_t type, flags;
    word_t offset, vaddr, paddr, filesz, memsz, align;
};
#else
struct program_header {
    uint32_t type;
    word_t offset, vaddr, paddr, filesz, memsz;
    uint32_t flags;
    word_t align;
};
#endif
#define PT_LOAD 1u

struct range {
    word_t start, end;
};

extern const uint8_t kernel_elf[], user_elf[];
/* start.S */
void enter_kernel(const word_t registers[6], word_t entry, word_t satp) __attribute__((noreturn));
void loader_main(word_t hart, const uint32_t *dtb);

static word_t page_up(word_t value) { return (value + PAGE_SIZE - 1) & ~(PAGE_SIZE - 1); }

static void copy(word_t to, const uint8_t *from, word_t bytes)
{
    for (volatile uint8_t *p = (volatile uint8_t *)to; bytes != 0; bytes--) *p++ = *from++;
}

static void zero(word_t at, word_t bytes)
{
    for (volatile uint8_t *p = (volatile uint8_t *)at; bytes != 0; bytes--) *p++ = 0;
}

static const struct elf_header *header(const uint8_t *elf) { return (const struct elf_header *)elf; }

/* The next loadable segment from *index on, or NULL. */
static const struct program_header *next_segment(const uint8_t *elf, unsigned *index)
{
    while (*index < header(elf)->phnum) {
        const struct program_header *p =
            (const struct program_header *)(elf + header(elf)->phoff + (word_t)(*index)++ * header(elf)->phentsize);
        if (p->type == PT_LOAD && p->memsz != 0) return p;
    }
    return NULL;
}

static struct range extent(const uint8_t *elf, bool physical)
{
    struct range all = {~(word_t)0, 0};
    unsigned i = 0;
    for (const struct program_header *p; (p = next_segment(elf, &i)) != NULL;) {
        word_t start = physical ? p->paddr : p->vaddr;
        if (start < all.start) all.start = start;
        if (start + p->memsz > all.end) all.end = start + p->memsz;
    }
    return all;
}

/* Segments to where they belong, or `moved` bytes beyond their virtual addresses. */
static void load(const uint8_t *elf, bool physical, word_t moved)
{
    unsigned i = 0;
    for (const struct program_header *p; (p = next_segment(elf, &i)) != NULL;) {
        word_t to = physical ? p->paddr : p->vaddr + moved;
        copy(to, elf + p->offset, p->filesz);
        zero(to + p->filesz, p->memsz - p->filesz);
    }
}

/* --- translation ------------------------------------------------------------------------------------------------- */

#define PTE_LEAF ((word_t)0xcf) /* V R W X A D */
#define LARGE_BITS (IS_64BIT ? 21 : 22)
#define INDEX_BITS (IS_64BIT ? 9 : 10)
#define ENTRIES (1u << INDEX_BITS)
#define SATP_MODE ((word_t)(IS_64BIT ? 8 : 1) << (IS_64BIT ? __riscv_xlen - 4 : 31))

static word_t root[ENTRIES] __attribute__((aligned(4096)));

static word_t pte(word_t paddr, word_t flags) { return paddr >> 12 << 10 | flags; }

/* The table with the large pages around vaddr; which: a table of its own on rv64. */
static word_t *large_table(word_t vaddr, unsigned which)
{
#if __riscv_xlen == 64
    static word_t level2[2][ENTRIES] __attribute__((aligned(4096)));

    root[vaddr >> (LARGE_BITS + INDEX_BITS) & (ENTRIES - 1)] = pte((word_t)level2[which], 1);
    return level2[which];
#else
    (void)vaddr, (void)which;
    return root;
#endif
}

static void map(word_t vaddr, struct range physical, unsigned which)
{
    word_t *table = large_table(vaddr, which), large = (word_t)1 << LARGE_BITS;
    for (word_t pa = physical.start & ~(large - 1); pa < physical.end; pa += large)
        table[(vaddr - physical.start + pa) >> LARGE_BITS & (ENTRIES - 1)] = pte(pa, PTE_LEAF);
}

/* --- firmware: what no kernel asks for must be refused, not hang (SBI specification, chapters 3 and 4) ----------------- */

#define SBI_PUTCHAR 1
#define SBI_BASE 0x10
#define SBI_BASE_PROBE 3
#define SBI_TIME 0x54494d45
#define SBI_NOT_SUPPORTED (-2)

static long sbi(word_t extension, word_t function, word_t argument, word_t *value)
{
    register word_t a0 __asm__("a0") = argument, a1 __asm__("a1") = 0, a6 __asm__("a6") = function, a7 __asm__("a7") = extension;
    __asm__ volatile("ecall" : "+r"(a0), "+r"(a1) : "r"(a6), "r"(a7) : "memory");
    *value = a1;
    return (long)a0;
}

static void check_firmware(void)
{
    word_t value;
    bool good = sbi(SBI_BASE, SBI_BASE_PROBE, SBI_TIME, &value) == 0 && value != 0;
    good = good && sbi(SBI_BASE, SBI_BASE_PROBE, 0x0bad0bad, &value) == 0 && value == 0;
    good = good && sbi(0x0bad0bad, 0, 0, &value) == SBI_NOT_SUPPORTED && sbi(SBI_TIME, 77, 0, &value) == SBI_NOT_SUPPORTED;
    good = good && sbi(SBI_BASE, 77, 0, &value) == SBI_NOT_SUPPORTED;
    for (const char *text = good ? "" : "loader: the firmware does not refuse what it does not know\n0 passed, 1 failed\n"; *text != '\0'; text++)
        (void)sbi(SBI_PUTCHAR, 0, (word_t)*text, &value);
    while (!good) {
    }
}

/* --- the whole ----------------------------------------------------------------------------------------------------- */

static uint32_t big_endian(uint32_t v) { return v << 24 | (v & 0xff00) << 8 | (v >> 8 & 0xff00) | v >> 24; }

void loader_main(word_t hart, const uint32_t *dtb)
{
    (void)hart;
    check_firmware();
    struct range kernel = extent(kernel_elf, true), user = extent(user_elf, false);
    word_t dtb_bytes = dtb != NULL && big_endian(dtb[0]) == 0xd00dfeedu ? big_endian(dtb[1]) : 0;
    word_t dtb_place = page_up(kernel.end);
    word_t place = page_up(dtb_place + dtb_bytes);
    word_t user_start = user.start & ~(PAGE_SIZE - 1), user_bytes = page_up(user.end) - user_start;

    copy(dtb_place, (const uint8_t *)dtb, dtb_bytes);
    load(kernel_elf, true, 0);
    zero(place, user_bytes);
    load(user_elf, false, place - user_start);
    map((word_t)root, (struct range){(word_t)root, (word_t)root + 1}, 0); /* and with the table all of the loader */
    map(extent(kernel_elf, false).start, kernel, 1);
    const word_t registers[6] = {place, place + user_bytes, place - user_start, header(user_elf)->entry,
                                 dtb_bytes ? dtb_place : 0, dtb_bytes};
    enter_kernel(registers, header(kernel_elf)->entry, SATP_MODE | (word_t)root >> 12);
}
