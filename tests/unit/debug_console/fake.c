/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors
 */
#include "fake.h"

#include <camkes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <uart_driver.h>

enum { NOT_FOUND = 3, FOUND = 4 };

struct fake fake;
_Alignas(4096) volatile uint8_t cpio_archive[cpio_archive_SIZE];
_Alignas(4096) volatile uint8_t power[power_SIZE];
static size_t archive_length;

static void append_entry(const char *name, unsigned mode, const void *data, size_t size)
{
    char *p = (char *)(uintptr_t)cpio_archive + archive_length;
    size_t name_size = strlen(name) + 1;

    if (archive_length + 120 + name_size + size + 8 > cpio_archive_SIZE)
        abort();
    sprintf(p, "070701%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x", 0u, mode, 0u, 0u, 1u, 0u, (unsigned)size, 0u, 0u, 0u, 0u,
            (unsigned)name_size, 0u);
    memcpy(p + 110, name, name_size);
    p += (110 + name_size + 3) & ~(size_t)3;
    memcpy(p, data, size);
    p += (size + 3) & ~(size_t)3;
    archive_length = (size_t)(p - (char *)(uintptr_t)cpio_archive);
}

void fake_archive_add(const char *name, const void *data, size_t size)
{
    append_entry(name, 0100644, data, size);
    size_t end = archive_length;
    append_entry("TRAILER!!!", 0, "", 0);
    archive_length = end;
}

void fake_reset(void)
{
    for (int i = 0; i < 4; i++)
        free(fake.bundles[i].image);
    free(fake.session.image);
    fake = (struct fake){.input = "", .line_from = -1, .line_to = -1, .data_limit = UINT32_MAX};
    memset((void *)(uintptr_t)cpio_archive, 0, cpio_archive_SIZE);
    archive_length = 0;
    fake_archive_add("hello.app", "not really a bundle", 19);
}

/* ---- UART --------------------------------------------------------------------------------------------------------- */

static size_t read_line(uint8_t *data, size_t room, uint32_t timeout_ms)
{
    struct pollfd readable = {.fd = fake.line_from, .events = POLLIN};
    ssize_t n = poll(&readable, 1, timeout_ms > 300 ? 300 : (int)timeout_ms) == 1 ? read(fake.line_from, data, room) : 0;

    if (n <= 0)
        return 0;
    fake.line_bytes += (unsigned)n;
    if (fake.kill_after != 0 && fake.line_bytes > fake.kill_after) {
        fake.kill_after = 0;
        kill(fake.kill_pid, SIGKILL);
    }
    return (size_t)n;
}

int uart_read(uint32_t limit, uint32_t timeout_ms, uint8_t *data, size_t *data_n)
{
    size_t room = limit < *data_n ? limit : *data_n;
    size_t n = strlen(fake.input);

    n = n < room ? n : room;
    memcpy(data, fake.input, n);
    fake.input += n;
    if (n == 0 && fake.line_from >= 0 && timeout_ms != UART_NO_WAIT)
        n = read_line(data, room, timeout_ms);
    if (n == 0 && timeout_ms != UART_NO_WAIT) {
        fake.timeouts++;
        fake.slept_ms += timeout_ms;
        if (timeout_ms == 0)
            abort();            /* would wait for ever */
    }
    *data_n = n;
    return 0;
}

int uart_write(const uint8_t *data, size_t data_n)
{
    if (data_n > uart_MAX_DATA)
        abort();
    if (fake.raw && fake.line_to >= 0)
        return write(fake.line_to, data, data_n) == (ssize_t)data_n ? 0 : 6;
    if (fake.output_length + data_n < sizeof(fake.output)) {
        memcpy(fake.output + fake.output_length, data, data_n);
        fake.output_length += data_n;
    }
    return 0;
}

int uart_flush(void) { return 0; }
int uart_set_raw(uint8_t raw) { fake.raw = raw != 0; return 0; }
int uart_set_log_level(const char *component, uint8_t level)
{
    if (*component == '\0')
        fake.log_level = fake.own_level = level;
    else if (strcmp(component, "security_coordinator") == 0)
        fake.own_level = level;
    else
        return 8;
    return 0;
}

int uart_log_source(uint32_t index, char *name, size_t name_cap, uint8_t *level, uint32_t *lost)
{
    if (index >= 2)
        return 8;
    snprintf(name, name_cap, "%s", index == 0 ? "security_coordinator" : "sdk_runtime");
    *level = index == 0 ? fake.own_level : fake.log_level;
    *lost = index == 1 ? fake.lost : 0;
    return 0;
}

int uart_log_read(uint32_t position, uint32_t *next, uint8_t *data, size_t *data_n)
{
    *data_n = position < 3 ? (size_t)sprintf((char *)data, "x::line %u\n", (unsigned)position) : 0;
    *next = position + 1;
    return 0;
}

int uart_capscan(void) { fake.scans++; return 0; }

/* ---- packages and processes ---------------------------------------------------------------------------------------- */

static struct fake_bundle *find(const char *id)
{
    for (int i = 0; i < 4; i++)
        if (fake.bundles[i].id[0] != '\0' && strcmp(fake.bundles[i].id, id) == 0)
            return &fake.bundles[i];
    return NULL;
}

int pkg_mgmt_install_begin(const char *name, uint32_t size, uint32_t *session)
{
    (void)size;
    if (find(name) != NULL)
        return FOUND;
    if (fake.session.id[0] != '\0')
        return 11;
    snprintf(fake.session.id, sizeof(fake.session.id), "%s", name);
    *session = 77;
    return 0;
}

int pkg_mgmt_install_data(uint32_t session, const uint8_t *data, size_t data_n)
{
    if (session != 77 || fake.session.id[0] == '\0' || data_n > pkg_mgmt_MAX_DATA)
        abort();
    if (fake.session.size + data_n > fake.data_limit)
        return fake.data_error;
    fake.session.image = realloc(fake.session.image, fake.session.size + data_n);
    memcpy(fake.session.image + fake.session.size, data, data_n);
    fake.session.size += (uint32_t)data_n;
    return 0;
}

int pkg_mgmt_install_abort(uint32_t session)
{
    if (session != 77 || fake.session.id[0] == '\0')
        abort();
    free(fake.session.image);
    memset(&fake.session, 0, sizeof(fake.session));
    return 0;
}

int pkg_mgmt_install_end(uint32_t session, char *bundle_id, size_t bundle_id_cap)
{
    if (session != 77 || fake.session.id[0] == '\0')
        abort();
    if (fake.end_error != 0) {
        (void)pkg_mgmt_install_abort(session);
        return fake.end_error;
    }
    snprintf(bundle_id, bundle_id_cap, "%s", fake.session.id);
    for (int i = 0; i < 4; i++) {
        if (fake.bundles[i].id[0] == '\0') {
            fake.bundles[i] = fake.session;
            memset(&fake.session, 0, sizeof(fake.session));
            return 0;
        }
    }
    abort();
}

int pkg_mgmt_uninstall(const char *bundle_id)
{
    struct fake_bundle *b = find(bundle_id);

    if (b == NULL)
        return NOT_FOUND;
    free(b->image);
    memset(b, 0, sizeof(*b));
    return 0;
}

int pkg_mgmt_get_package(uint32_t index, char *bundle_id, size_t bundle_id_cap)
{
    if (fake.refused)
        return -1;
    if (index >= 4 || fake.bundles[index].id[0] == '\0')
        return NOT_FOUND;
    snprintf(bundle_id, bundle_id_cap, "%s", fake.bundles[index].id);
    return 0;
}

static int set_state(const char *id, uint32_t state)
{
    struct fake_bundle *b = find(id);

    if (b == NULL)
        return NOT_FOUND;
    b->state[0] = state;
    return 0;
}

int proc_ctrl_start(const char *bundle_id, const uint8_t *args, size_t args_n)
{
    fake.args_n = args_n;
    memcpy(fake.args, args, args_n);
    return set_state(bundle_id, 1);
}
int proc_ctrl_suspend(const char *bundle_id) { return set_state(bundle_id, 2); }
int proc_ctrl_resume(const char *bundle_id) { return set_state(bundle_id, 1); }

int proc_ctrl_get_process(uint32_t index, char *bundle_id, size_t bundle_id_cap, uint32_t *state, uint32_t *priority,
                          uint32_t *budget_us, uint32_t *period_us, uint64_t *cpu_us, uint32_t *memory)
{
    snprintf(bundle_id, bundle_id_cap, "worker");
    *state = 2;
    *priority = 120;
    *budget_us = 2000;
    *period_us = 50000;
    *cpu_us = 5000000000 + fake.slept_ms * (uint64_t)500;
    *memory = 65536;
    return fake.refused ? -1 : index == 0 ? 0 : NOT_FOUND;
}

int proc_ctrl_stop(const char *bundle_id) { return set_state(bundle_id, 0); }

int proc_ctrl_get_running_bundle(uint32_t index, char *bundle_id, size_t bundle_id_cap)
{
    for (int i = 0; i < 4 && !fake.refused; i++)
        if (fake.bundles[i].state[0] == 1 && index-- == 0)
            return pkg_mgmt_get_package((uint32_t)i, bundle_id, bundle_id_cap);
    return fake.refused ? -1 : NOT_FOUND;
}

int proc_ctrl_get_bundle_state(const char *bundle_id, uint32_t *state, uint32_t *code, uint32_t *cause, uint32_t *number, uint32_t *pc,
                               uint32_t *addr)
{
    struct fake_bundle *b = find(bundle_id);

    if (b == NULL)
        return NOT_FOUND;
    *state = b->state[0], *code = b->state[1], *cause = b->state[2], *number = b->state[3], *pc = b->state[4], *addr = b->state[5];
    return 0;
}

int proc_ctrl_capscan(void) { fake.scans++; return 0; }
int proc_ctrl_capscan_bundle(const char *bundle_id) { return find(bundle_id) == NULL ? NOT_FOUND : 0; }

/* ---- memory, timers ------------------------------------------------------------------------------------------------ */

int memory_alloc(const uint32_t *objs, size_t objs_n, uint32_t lifetime, const char *tag, uint32_t *handle)
{
    if (objs_n % 3 != 0 || lifetime != 0 || strcmp(tag, "test") != 0)
        abort();
    if (objs[1] > 50)
        return 8;
    *handle = (uint32_t)++fake.frames;
    return 0;
}

int memory_retain(const uint32_t *handles, size_t handles_n) { (void)handles, (void)handles_n; return 0; }

int memory_free(uint32_t handle)
{
    if (handle == 0)
        return 9;
    fake.frames--;
    return 0;
}

int memory_stats(uint32_t *allocated_bytes, uint32_t *free_bytes, uint32_t *requested_bytes, uint32_t *overhead_bytes,
                 uint32_t *allocated_objs, uint32_t *requested_objs, uint32_t *untyped_slab_too_small, uint32_t *out_of_memory)
{
    *allocated_bytes = 1000 + (uint32_t)fake.frames, *free_bytes = 2000, *requested_bytes = 3000, *overhead_bytes = 40;
    *allocated_objs = 5, *requested_objs = 6, *untyped_slab_too_small = 7, *out_of_memory = 8;
    return 0;
}

int memory_owner(uint32_t index, char *name, size_t name_cap, uint32_t *quota, uint32_t *allocations, uint32_t *bytes, uint32_t *objs)
{
    static const char *const names[] = {"debug_console", "store", "store/hello"};

    if (index == 3)
        return 3;
    snprintf(name, name_cap, "%s", names[index]);
    *quota = 9000 * index, *allocations = 2, *bytes = 4096 * index, *objs = index;
    return 0;
}

int memory_debug(void) { return 0; }
int memory_capscan(void) { fake.scans++; return 0; }

uint32_t timer_completed_timers(void)
{
    uint32_t mask = fake.timers;

    fake.timers = 0;
    return mask;
}

int timer_cancel(uint32_t timer_id) { fake.timers &= ~(1u << timer_id); return 0; }
int timer_oneshot(uint32_t timer_id, uint32_t duration_ms)
{
    if (timer_id > 31 || fake.refused)
        return fake.refused ? -1 : 1;
    fake.slept_ms += duration_ms;
    fake.timers |= 1u << timer_id;
    return 0;
}

uint64_t timer_now_ms(void) { return fake.refused ? 0 : fake.slept_ms; }
uint64_t timer_now_us(void) { return fake.refused ? 0 : fake.slept_ms * (uint64_t)1000; }
bool camkes_server_restarted(void) { return fake.refused; }
int timer_capscan(void) { fake.scans++; return 0; }
seL4_Word camkes_wait(seL4_Word bits) { return bits; }
seL4_Word camkes_poll(seL4_Word bits) { return bits; }

/* ---- the security coordinator and the rest -------------------------------------------------------------------------- */

int security_echo(const uint8_t *data, size_t data_n, uint8_t *reply, size_t *reply_n)
{
    memcpy(reply, data, data_n);
    *reply_n = data_n;
    return 0;
}

int security_size_buffer(const char *bundle_id, uint32_t *size)
{
    struct fake_bundle *b = find(bundle_id);

    *size = b == NULL ? 0 : b->size;
    return b == NULL ? NOT_FOUND : 0;
}

int security_get_manifest(const char *bundle_id, char *manifest, size_t manifest_cap)
{
    snprintf(manifest, manifest_cap, "[Manifest]\nBundleId=%s", bundle_id);
    return 0;
}

int security_load_application(const char *bundle_id, uint32_t offset, uint32_t length, uint8_t *data, size_t *data_n)
{
    struct fake_bundle *b = find(bundle_id);

    if (b == NULL)
        return NOT_FOUND;
    uint32_t left = b->size - offset;
    *data_n = left < length ? left : length;
    memcpy(data, b->image + offset, *data_n);
    return 0;
}

int security_load_model(const char *bundle_id, const char *model_id, uint32_t offset, uint32_t length, uint8_t *data, size_t *data_n)
{
    (void)bundle_id, (void)model_id, (void)offset, (void)length, (void)data, (void)data_n;
    return 21;
}

int security_flash_state(uint8_t *figures, size_t *n)
{
    static const uint32_t words[] = { 1, 7, 30000, 120, 128, 2, 1, 9, 24, 3068, 5, 60000 };
    memcpy(figures, words, *n = sizeof(words));
    return 0;
}

int security_attest(const uint8_t *nonce, size_t nonce_n, const uint8_t *claim, size_t claim_n, uint32_t room, uint8_t *statement,
                    size_t *statement_n)
{
    (void)claim, (void)claim_n, (void)room;
    memcpy(statement, nonce, *statement_n = nonce_n);
    return nonce[0] == 0 ? 0 : 35;
}

/* In pieces that are smaller than the console's memory. */
int security_read_key(const char *bundle_id, const char *key, uint32_t offset, uint32_t length, uint32_t *size, uint8_t *value, size_t *value_n)
{
    (void)bundle_id, (void)length;
    if (strcmp(key, fake.key) != 0)
        return 5;
    *size = (uint32_t)fake.value_length;
    *value_n = fake.value_length - offset < 5 ? fake.value_length - offset : 5;
    memcpy(value, fake.value + offset, *value_n);
    return 0;
}

int security_write_key(const char *bundle_id, const char *key, uint32_t size, uint32_t offset, const uint8_t *value, size_t value_n)
{
    (void)bundle_id;
    if (size > sizeof(fake.value) || offset != 0 || value_n != size)
        return 7;
    snprintf(fake.key, sizeof(fake.key), "%s", key);
    memcpy(fake.value, value, value_n);
    fake.value_length = value_n;
    return fake.key_error;
}

int security_next_key(const char *bundle_id, const char *after, char *key, size_t key_cap, uint32_t *size)
{
    (void)bundle_id;
    *size = (uint32_t)fake.value_length;
    snprintf(key, key_cap, "%s", strcmp(after, fake.key) < 0 ? fake.key : "");
    return fake.key_error;
}

int security_delete_key(const char *bundle_id, const char *key)
{
    (void)bundle_id, (void)key;
    fake.key[0] = '\0';
    return 0;
}

int security_test_mailbox(void) { return 27; }
int security_capscan(void) { fake.scans++; return 0; }
int sdk_manager_capscan(void) { fake.scans++; return 0; }
int mlcoord_oneshot(const char *bundle_id, const char *model_id) { (void)bundle_id, (void)model_id; return 10; }
int mlcoord_periodic(const char *bundle_id, const char *model_id, uint32_t rate_ms) { (void)bundle_id, (void)model_id, (void)rate_ms; return 10; }
int mlcoord_cancel(const char *bundle_id, const char *model_id) { (void)bundle_id, (void)model_id; return 0; }
int mlcoord_debug_state(void) { return 0; }
int security_install_begin(uint32_t kind, const char *name, const char *model, uint32_t size, uint32_t *session)
{
    (void)kind, (void)name, (void)model, (void)size;
    *session = 0;
    return 7;
}
int security_install_data(uint32_t session, const uint8_t *data, size_t n) { (void)session, (void)data, (void)n; return 7; }
int security_install_end(uint32_t session) { (void)session; return 7; }
int security_install_abort(uint32_t session) { (void)session; return 0; }
int mlcoord_configure(const char *b, const char *m, uint32_t priority, uint32_t limit_ms) { (void)b, (void)m, (void)priority, (void)limit_ms; return 10; }
int mlcoord_get_input_params(const char *b, const char *m, uint32_t *size) { (void)b, (void)m; *size = 0; return 10; }
int mlcoord_set_input(const char *b, const char *m, uint32_t offset, const uint8_t *data, size_t n) { (void)b, (void)m, (void)offset, (void)data, (void)n; return 10; }
int mlcoord_get_output(const char *b, const char *m, uint32_t offset, uint32_t length, uint32_t *jobnum, uint32_t *faulted, uint32_t *code, uint32_t *epc, uint32_t *address,
                       uint32_t *size, uint8_t *data, size_t *n)
{
    (void)b, (void)m, (void)offset, (void)length, (void)data;
    *jobnum = *faulted = *code = *epc = *address = *size = 0;
    *n = 0;
    return 10;
}
int mlcoord_get_model(uint32_t i, char *b, size_t b_cap, char *m, size_t m_cap, uint32_t *state, uint32_t *period, uint32_t *bytes, uint32_t *runs,
                      uint32_t *faults, uint32_t *drops, uint64_t *instructions, uint64_t *last, uint64_t *wait)
{
    (void)i, (void)b, (void)b_cap, (void)m, (void)m_cap;
    *state = *period = *bytes = *runs = *faults = *drops = 0;
    *instructions = *last = *wait = 0;
    return 5;
}
int mlcoord_get_tensor(const char *b, const char *m, uint32_t kind, uint32_t index, uint32_t *type, uint32_t *offset, uint32_t *size, uint32_t *rank,
                       uint32_t *height, uint32_t *width, uint32_t *depth, uint32_t *last, uint32_t *scale, uint32_t *zero, uint32_t *labels, char *name,
                       size_t cap)
{
    (void)b, (void)m, (void)kind, (void)index, (void)name, (void)cap;
    *type = *offset = *size = *rank = *height = *width = *depth = *last = *scale = *zero = *labels = 0;
    return 10;
}
int mlcoord_get_label(const char *b, const char *m, uint32_t output, uint32_t index, char *label, size_t cap)
{
    (void)b, (void)m, (void)output, (void)index, (void)label, (void)cap;
    return 10;
}
int mlcoord_capscan(void) { fake.scans++; return 0; }
int mailbox_capscan(void) { fake.scans++; return 0; }
void camkes_capscan(void) { fake.scans++; }

int seL4_CNode_Move(seL4_Word root, seL4_Word index, uint8_t depth, seL4_Word source, seL4_Word source_index, uint8_t source_depth)
{
    bool fits = root >= SELF_CNODE_FIRST_SLOT && source_index > root && index < 1u << depth && source == SELF_CNODE && source_depth == seL4_WordBits;

    fake.moves += fits;
    return fits ? seL4_NoError : 1;
}
void seL4_DebugDumpScheduler(void) {}
void kata_log(uint8_t level, const char *format, ...) { (void)level, (void)format; fake.log_lines++; }
void panic(const char *format, ...) { (void)format; abort(); }

/* ---- supervisor ---------------------------------------------------------------------------------------------------- */

int supervisor_service(uint32_t index, char *name, size_t name_cap, uint32_t *state, uint32_t *restarts, uint32_t *overruns, uint32_t *priority,
                       uint64_t *cpu_us)
{
    if (index > 1)
        return 1;
    snprintf(name, name_cap, index == 0 ? "uart_driver" : "supervisor");
    *state = index == 0;
    *restarts = 3 - index;
    *overruns = 0;
    *priority = 250 + 4 * index;
    *cpu_us = 12345678901 + fake.slept_ms * (uint64_t)(index == 0 ? 250 : 1);
    return 0;
}

static int death(const char *name, int kind)
{
    if (strcmp(name, "uart_driver") != 0)
        return 1;
    fake.death = kind;
    return 0;
}

int supervisor_kill(const char *name, uint32_t after_us) { return after_us > 99999 ? 3 : death(name, after_us == 0 ? 1 : (int)after_us); }
int supervisor_crash(const char *name) { return death(name, -1); }
