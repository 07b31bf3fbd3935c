/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* Running the kernel as a part of a host program. Not in the kernel's unit: this side uses libc. */

#define _GNU_SOURCE
#include <host/world.h>

#include <api/syscall.h>
#include <debug/check.h>
#include <host/state.h>
#include <ipc/fastpath.h>
#include <object/tcb.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../../boot/boot.h"

void boot_kernel(word_t ui_start, word_t ui_end, word_t pv_offset, word_t entry, word_t dtb, word_t dtb_bytes);
void handle_exception(word_t cause);

bool host_slow, host_allow_halt, host_verbose;
enum host_exit host_state;

static int ram_file;
static char *snapshot, *pristine; /* variables: of the last snapshot, before boot */
static jmp_buf way_out;

/* --- console ------------------------------------------------------------------------------------------- */

static char console[4096 + 1];
static size_t console_length;

void host_console(char c)
{
    if (host_verbose)
        fputc(c, stderr);
    console[console_length++ % (sizeof console - 1)] = c;
}

bool host_said(const char *text) { return strstr(console, text) != NULL; }

static void show_console(void)
{
    const size_t size = sizeof console - 1, start = console_length > size ? console_length - size : 0;

    for (size_t i = start; i < console_length; i++)
        fputc(console[i % size], stderr);
}

void host_halt(void)
{
    if (host_allow_halt)
        host_leave(HOST_HALTED);
    if (!host_verbose)
        show_console();
    fflush(NULL);
    abort();
}

/* --- entries ------------------------------------------------------------------------------------------- */

void host_leave(enum host_exit how)
{
    host_state = how;
    longjmp(way_out, 1);
}

enum entry { ENTRY_SYSCALL, ENTRY_EXCEPTION, ENTRY_INTERRUPT };

/* What entry.S does once the registers are saved. */
static void trap(enum entry entry, word_t cause)
{
    const word_t *reg = ks.current->context.reg;
    sword_t number = (sword_t)reg[REG_A7];

    if (entry == ENTRY_INTERRUPT)
        handle_interrupt();
    else if (entry == ENTRY_EXCEPTION)
        handle_exception(cause);
    else if (!host_slow && number == seL4_SysCall)
        fastpath_call(reg[REG_CAP], reg[REG_INFO]);
    else if (!host_slow && number == seL4_SysReplyRecv)
        fastpath_reply_recv(reg[REG_CAP], reg[REG_INFO], reg[REG_REPLY]);
    else if (!host_slow)
        fastpath_syscall(reg[REG_CAP], reg[REG_INFO], (word_t)number);
    else
        handle_syscall(reg[REG_CAP], reg[REG_INFO], (word_t)number);
}

static enum host_exit enter(enum entry entry, word_t cause)
{
    word_t *reg = ks.current->context.reg;

    reg[REG_PC] = reg[REG_NEXT_PC];
    if (entry == ENTRY_SYSCALL)
        reg[REG_NEXT_PC] += 4;
    host_state = HOST_USER;
    host.naps = 0;
    if (_setjmp(way_out) == 0)
        trap(entry, cause);
    if (host_state != HOST_HALTED)
        check_installed_vspace();
    return host_state;
}

enum host_exit host_ecall(void) { return enter(ENTRY_SYSCALL, 0); }

enum host_exit host_syscall(sword_t number)
{
    ks.current->context.reg[REG_A7] = (word_t)number;
    return host_ecall();
}

enum host_exit host_exception(word_t cause, word_t stval)
{
    host.stval = stval;
    return enter(ENTRY_EXCEPTION, cause);
}

enum host_exit host_interrupt(void) { return enter(ENTRY_INTERRUPT, 0); }

void host_line(word_t irq, bool high)
{
    uint32_t bit = (uint32_t)1 << irq;
    host.lines = high ? host.lines | bit : host.lines & ~bit;
}

void host_pass(ticks_t ticks) { host.time += ticks; }

/* --- boot, snapshots ------------------------------------------------------------------------------------- */

static void fail_start(const char *what)
{
    perror(what);
    exit(2);
}

static void map_ram(int flags)
{
    if (mmap((void *)(word_t)HOST_RAM, HOST_RAM_BYTES, PROT_READ | PROT_WRITE, flags, ram_file, 0) != (void *)(word_t)HOST_RAM)
        fail_start("cannot map the kernel's RAM");
}

static size_t variables_size(void)
{
    size_t size = 0;
    for (unsigned i = 0; i < host_variable_count; i++)
        size += host_variables[i].size;
    return size;
}

static void save_variables(char *to)
{
    for (unsigned i = 0; i < host_variable_count; to += host_variables[i++].size)
        memcpy(to, host_variables[i].at, host_variables[i].size);
}

static void restore_variables(const char *from)
{
    for (unsigned i = 0; i < host_variable_count; from += host_variables[i++].size)
        memcpy(host_variables[i].at, from, host_variables[i].size);
}

enum host_exit host_boot(word_t ui_start, word_t ui_end, word_t pv_offset, word_t entry, word_t dtb, word_t dtb_bytes)
{
    restore_variables(pristine);
    memset((void *)(word_t)HOST_RAM, 0, HOST_RAM_BYTES);
    memset(arch_kernel_pointer(HOST_DTB), 0xd7, HOST_DTB_BYTES);
    memset(console, 0, sizeof console);
    console_length = 0;
    host.time = 1000;
    host.enabled = MASK(ARCH_MAX_IRQ + 1) & ~1u; /* whatever ran before the kernel */
    host_state = HOST_USER;
    if (_setjmp(way_out) == 0)
        boot_kernel(ui_start, ui_end, pv_offset, entry, dtb, dtb_bytes);
    return host_state;
}

void host_start(void)
{
    ram_file = memfd_create("kernel RAM", 0);
    if (ram_file < 0 || ftruncate(ram_file, HOST_RAM_BYTES) != 0)
        fail_start("cannot make the kernel's RAM");
    map_ram(MAP_PRIVATE | MAP_FIXED_NOREPLACE);
    snapshot = malloc(variables_size());
    pristine = malloc(variables_size());
    save_variables(pristine);
    host_boot(HOST_IMAGE, RAM_END, HOST_IMAGE - HOST_IMAGE_VADDR, HOST_IMAGE_VADDR, HOST_DTB, HOST_DTB_BYTES);
    host_snapshot();
}

/* The file holds what unmodified pages of the private mapping show. */
void host_snapshot(void)
{
    if (pwrite(ram_file, (void *)(word_t)HOST_RAM, HOST_RAM_BYTES, 0) != (ssize_t)HOST_RAM_BYTES)
        fail_start("cannot save the kernel's RAM");
    save_variables(snapshot);
    host_reset();
}

void host_reset(void)
{
    madvise((void *)(word_t)HOST_RAM, HOST_RAM_BYTES, MADV_DONTNEED);
    restore_variables(snapshot);
    host_state = ks.current == &idle_thread ? HOST_IDLE : HOST_USER;
    if (console_length != 0)
        memset(console, 0, sizeof console);
    console_length = 0;
}

/* Word-wise multiply and rotate: quick, and good enough to tell states apart. */
static uint64_t hash_words(uint64_t hash, const void *at, size_t bytes)
{
    const unsigned char *p = at;
    uint64_t word;

    for (; bytes >= sizeof word; p += sizeof word, bytes -= sizeof word) {
        memcpy(&word, p, sizeof word);
        hash = (hash ^ word) * 0x9e3779b97f4a7c15u;
        hash ^= hash >> 29;
    }
    for (; bytes > 0; bytes--)
        hash = (hash ^ *p++) * 0x100000001b3u;
    return hash;
}

uint64_t host_hash(word_t paddr, word_t bytes)
{
    struct host_machine machine = host;
    uint64_t hash = 0xcbf29ce484222325u;

    host.tlb_flushes = host.fast_switches = host.naps = 0;
    for (unsigned i = 0; i < host_variable_count; i++)
        hash = hash_words(hash, host_variables[i].at, host_variables[i].size);
    host = machine;
    return hash_words(hash, arch_kernel_pointer(paddr), bytes);
}

/* --- looking inside --------------------------------------------------------------------------------------- */

slot_t *host_slot(const tcb_t *t, word_t index) { return (slot_t *)cnode_cap_ptr(t->slots[TCB_CSPACE].cap) + index; }

const struct boot_info *host_boot_info(void)
{
    return arch_kernel_pointer(frame_cap_base(host_slot(ks.current, seL4_CapBootInfoFrame)->cap));
}
