/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/*
 * What hart 0 can do to the security core, with nothing in between: from supervisor mode (a kernel that has been taken over) and from user mode
 * with the whole physical address space in reach (a service with every mapping there is). First the walls, then garbage in the mailbox.
 */

#include <mailbox/request.h>
#include <mailbox/ring.h>
#include <platform_gen.h>
#include <string.h>

enum mode { SUPERVISOR, USER };
enum access { LOAD, STORE, FETCH };

unsigned long attempt(enum mode user, enum access kind, unsigned long address);
void sbi_putchar(char c);
_Noreturn void sbi_shutdown(void);
_Noreturn void probe_main(void);

static void put_string(const char *s)
{
    while (*s) {
        sbi_putchar(*s++);
    }
}

static void put_hex(uint32_t v)
{
    for (int shift = 28; shift >= 0; shift -= 4) {
        sbi_putchar("0123456789abcdef"[v >> shift & 15]);
    }
}

static void put_line(const char *name, uint32_t value)
{
    put_string(name);
    put_hex(value);
    put_string("\n");
}

/* --- walls --- */

static const struct {
    const char *name;
    uint32_t address;
} targets[] = {
    { "security core, code", HART1_BASE },
    { "security core, variables", HART1_BASE + 0x4000 },
    { "security core, end of its slot", HART1_BASE + HART1_SIZE - 4 },
    { "flash, unit 0", FLASH_BASE },
    { "flash, unit 1", FLASH_BASE + FLASH_SIZE / 2 },
    { "flash, end", FLASH_BASE + FLASH_SIZE - 4 },
    { "PCI configuration of the doorbell", ECAM_BASE + (DOORBELL_IN_SLOT << 15) + 4 },
    { "PCI configuration, end", ECAM_BASE + ECAM_SIZE - 4 },
    { "virtio, first transport", VIRTIO_BASE },
    { "virtio, last transport", VIRTIO_BASE + VIRTIO_SIZE - 4 },
    { "fw_cfg", FW_CFG_BASE },
    { "timers and software interrupts", CLINT_BASE + 4 },
    { "watchdog of the security core", CLINT_BASE + 0x4008 },
    { "interrupt enables of the security core", PLIC_BASE + 0x2000 + 0x80 * SECURITY_PLIC_CONTEXT },
    { "interrupt claim of the security core", PLIC_BASE + 0x200004 + 0x1000 * SECURITY_PLIC_CONTEXT },
    { "vector core", HART2_BASE },
    { "vector core, page tables", VECTOR_TABLES_BASE },
    { "vector core, end of its slot", HART2_BASE + HART2_SIZE - 4 },
    { "interrupt enables of the vector core", PLIC_BASE + 0x2000 + 0x80 * VECTOR_PLIC_CONTEXT },
    { "interrupt claim of the vector core", PLIC_BASE + 0x200004 + 0x1000 * VECTOR_PLIC_CONTEXT },
    { "timer of the vector core", CLINT_BASE + 0x4010 },
};

static const char *const modes[] = { "supervisor", "user" }, *const accesses[] = { "load", "store", "fetch" };
static unsigned refused, let_through;

static void try_to(enum mode mode, enum access access, const char *name, uint32_t address)
{
    static const uint8_t expected[] = { 5, 7, 1 };      /* load, store and instruction access fault */
    unsigned long cause = attempt(mode, access, address);
    put_string(modes[mode]);
    sbi_putchar(' ');
    put_string(accesses[access]);
    put_string(" 0x");
    put_hex(address);
    put_string(cause == expected[access] ? ": access fault, " : ": LET THROUGH, ");
    put_string(name);
    put_string("\n");
    *(cause == expected[access] ? &refused : &let_through) += 1;
}

static void try_walls(void)
{
    for (unsigned i = 0; i < sizeof targets / sizeof *targets; i++) {
        for (enum mode mode = SUPERVISOR; mode <= USER; mode++) {
            for (enum access access = LOAD; access <= FETCH; access++) {
                try_to(mode, access, targets[i].name, targets[i].address);
            }
        }
    }
    try_to(SUPERVISOR, STORE, "boot ROM", BOOT_ROM_BASE);
    try_to(SUPERVISOR, STORE, "boot manifest", BOOT_MANIFEST_BASE);
    try_to(USER, STORE, "boot ROM", BOOT_ROM_BASE);
}

/* --- the doorbells are no way in: their DMA engine never masters the bus --- */

enum { EDU_DMA_SOURCE = 0x80, EDU_DMA_TARGET = 0x88, EDU_DMA_COUNT = 0x90, EDU_DMA_COMMAND = 0x98, EDU_BUFFER = 0x40000 };
enum { EDU_DMA_START = 1, EDU_DMA_TO_MEMORY = 2 };

static volatile uint32_t *at(uint32_t address)
{
    return (volatile uint32_t *)(uintptr_t)address;
}

static void pause_ms(uint32_t ms)
{
    unsigned long start, now;
    __asm__ volatile("rdtime %0" : "=r"(start));
    do {
        __asm__ volatile("rdtime %0" : "=r"(now));
    } while ((uint32_t)(now - start) < ms * (TIMEBASE_HZ / 1000));
}

/* Zeros into the priority of an interrupt that nobody uses: an address that the engine could reach. */
static void try_dma(void)
{
    volatile uint32_t *victim = at(PLIC_BASE + 4 * 60);
    *victim = 5;
    *at(DOORBELL_IN_BASE + EDU_DMA_SOURCE) = EDU_BUFFER;
    *at(DOORBELL_IN_BASE + EDU_DMA_TARGET) = PLIC_BASE + 4 * 60;
    *at(DOORBELL_IN_BASE + EDU_DMA_COUNT) = 4;
    *at(DOORBELL_IN_BASE + EDU_DMA_COMMAND) = EDU_DMA_START | EDU_DMA_TO_MEMORY;
    pause_ms(500);
    uint32_t after = *victim;
    put_line(after == 5 ? "DMA of the doorbell: nothing arrives, " : "DMA of the doorbell: LET THROUGH, ", after);
    *(after == 5 ? &refused : &let_through) += 1;
}

/* --- garbage --- */

static uint32_t seed = 0x5eed;

static uint32_t random_word(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 17;
    seed ^= seed << 5;
    return seed;
}

enum { EDU_RAISE = 0x60, EDU_STATUS = 0x24, EDU_ACKNOWLEDGE = 0x64 };

static void ring(void)
{
    *at(DOORBELL_IN_BASE + EDU_RAISE) = 1;
}

/* Words anywhere in the FIFOs' page and the buffers; often ones that could be something: small indices, beginnings of messages. */
static void write_garbage(void)
{
    struct mailbox_half *mine = (struct mailbox_half *)(uintptr_t)MAILBOX_BASE;
    const struct mailbox_half *theirs = (const struct mailbox_half *)(uintptr_t)(MAILBOX_BASE + MAILBOX_HALF_BYTES);
    for (unsigned i = 0; i < 40000; i++) {
        uint32_t word = random_word();
        switch (random_word() % 8) {
        case 0:
            *at(MAILBOX_BASE + random_word() % MAILBOX_SIZE / 4 * 4) = word;
            break;
        case 1:
            *at(MAILBOX_BASE + random_word() % 48 / 4 * 4) = word;
            break;
        case 2:
            *at(MAILBOX_BASE + MAILBOX_HALF_BYTES + random_word() % 48 / 4 * 4) = word;
            break;
        case 3:
            mine->fifo[word % 8] = 0x80000000u | (word & 0x010fffffu);
            break;
        case 4:
            mine->fifo[word % 8] = MAILBOX_BASE + word % 18 * MAILBOX_PAGE;
            break;
        case 5:
            mine->epoch = 1 + word % 3;
            break;
        default:
            mine->seen = theirs->epoch;
            mine->written += word % 8;
            ring();
        }
        if (i % 200 == 0) { /* on a busy host the other hart would see the last of it only */
            pause_ms(2);
        }
    }
}

/* --- a good request behind it --- */

static struct mailbox_ring my_end;
static const struct mailbox_window window = { MAILBOX_BASE + MAILBOX_PAGE, MAILBOX_SIZE - MAILBOX_PAGE };

static bool connect(void)
{
    mailbox_ring_start(&my_end, (void *)(uintptr_t)MAILBOX_BASE, MAILBOX_MANAGEMENT, 0x600d);
    for (unsigned i = 0; i < 500; i++) {
        ring();
        pause_ms(2);
        if (mailbox_ring_look(&my_end) == MAILBOX_LINK_UP) {
            return true;
        }
    }
    return false;
}

static bool receive(struct mailbox_message *reply)
{
    struct mailbox_decoder decoder = {0};
    for (unsigned i = 0; i < 500; i++) {
        enum mailbox_fault fault;
        uint32_t word;
        while (mailbox_ring_get(&my_end, &word)) {
            if (mailbox_feed(&decoder, &window, word, reply, &fault) == MAILBOX_COMPLETE) {
                return true;
            }
        }
        pause_ms(2);
    }
    return false;
}

static bool request(struct mailbox_message *m)
{
    uint32_t words[MAILBOX_MESSAGE_WORDS];
    uint8_t id = m->id;
    if (!mailbox_ring_put(&my_end, words, mailbox_encode(m, words))) {
        return false;
    }
    ring();
    return receive(m) && m->reply && m->id == id;
}

/* A bad size and a bad address in a message whose id can be read: answered with an error. */
static bool is_refused(uint32_t address)
{
    struct mailbox_message m = { .version = MAILBOX_VERSION, .id = 11, .is_long = true, .size = 8, .address = address };
    return request(&m) && m.size == 4 && m.words[0] == CORE_MALFORMED + MAILBOX_FAULT_ADDRESS;
}

static void refused_with_an_error(void)
{
    bool said = connect();
    for (unsigned i = 0; i < 32; i++) {
        said = is_refused(HART1_BASE + 4 * i) && said;
    }
    put_string(said ? "message with an address of the security core: refused with an error\n" : "NO ERROR for a bad address\n");
    struct mailbox_message m = { .version = MAILBOX_VERSION, .id = 12, .size = 4, .words = { 0x7777 } };
    said = request(&m) && m.size == 4 && m.words[0] == CORE_NOT_SUPPORTED;
    put_string(said ? "request that nobody knows: not supported\n" : "NO ERROR for an unknown request\n");
}

static void serve_after_all(void)
{
    struct mailbox_message echo = { .version = MAILBOX_VERSION, .id = 9, .size = 8, .words = { CORE_ECHO, 0x12345678 } };
    struct mailbox_message ask = { .version = MAILBOX_VERSION, .id = 10, .is_long = true, .size = 4, .address = window.base };
    struct core_statistics now;
    bool good = request(&echo) && echo.words[0] == CORE_SUCCESS && echo.words[1] == 0x12345678;
    put_string(good ? "good request served\n" : "NO ANSWER to a good request\n");
    *at(window.base) = CORE_STATISTICS;
    if (good && request(&ask) && *at(window.base) == CORE_SUCCESS) {
        memcpy(&now, (const void *)(uintptr_t)(window.base + 4), sizeof now);
        put_line("restarts ", now.restarts);
        put_line("malformed ", now.malformed);
        put_line("overruns ", now.overruns);
        put_line("requests ", now.requests);
        put_line("ram ", now.ram_bytes);
    }
}

_Noreturn void probe_main(void)
{
    put_string("probe\n");
    try_walls();
    try_dma();
    put_line("refused ", refused);
    put_line("let through ", let_through);
    write_garbage();
    refused_with_an_error();
    serve_after_all();
    put_string("probe done\n");
    sbi_shutdown();
}
