/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors
 *
 * The sender talks to Debian's `rz` (package lrzsz) over pipes and over a pseudo terminal: clean lines, lines that damage
 * bytes in either direction, receivers that are killed half-way; and to our own receiver.
 */
#define _GNU_SOURCE
#include <zmodem/sender.h>

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <cmocka.h>

enum { MEBIBYTE = 1 << 20, QUIET_MS = 300 };

struct line {
    pid_t receiver;
    int from, to;               /* file descriptors to the receiver */
    unsigned damage_in;         /* one byte in so many is changed; 0: none */
    unsigned damage_out;
    uint32_t kill_after;        /* bytes of the file after which the receiver is killed; 0: never */
    int kill_signal;
};

static unsigned seed;           /* of the damage: ZMODEM_SEED in the environment repeats a run */
static struct zmodem_sender z;
static uint8_t *file;           /* contents of the file being sent */
static size_t file_size;
static size_t hidden;           /* of these at the end, which cannot be read */
static char folder[] = "/tmp/zmodem_rz_test.XXXXXX";

static void damage(uint8_t *bytes, size_t n, unsigned rate)
{
    for (size_t i = 0; rate != 0 && i < n; i++)
        if ((unsigned)rand() % rate == 0)
            bytes[i] ^= (uint8_t)(1 << rand() % 8);
}

static void on_send(void *ctx, const uint8_t *bytes, size_t n)
{
    struct line *line = ctx;
    uint8_t copy[64];

    assert_true(n <= sizeof(copy));
    memcpy(copy, bytes, n);
    damage(copy, n, line->damage_out);
    for (size_t done = 0; done < n;) {
        struct pollfd writable = {.fd = line->to, .events = POLLOUT};
        ssize_t part = poll(&writable, 1, 2000) == 1 ? write(line->to, copy + done, n - done) : 0;
        if (part <= 0)
            return;             /* the receiver is gone, or does not read any more */
        done += (size_t)part;
    }
}

static size_t on_read(void *ctx, uint32_t offset, uint8_t *bytes, size_t n)
{
    struct line *line = ctx;

    assert_true(offset + n <= file_size);
    if (offset + n > file_size - hidden)
        return 0;
    memcpy(bytes, file + offset, n);
    if (line->kill_after != 0 && offset >= line->kill_after) {
        kill(line->receiver, line->kill_signal);
        line->kill_after = 0;
    }
    return n;
}

static const struct zmodem_source source = {on_send, on_read};

/* n bytes that hold every byte value and many that ZMODEM has to escape. */
static void make_file(size_t n)
{
    file = realloc(file, n + 1);
    file_size = n;
    for (size_t i = 0; i < n; i++)
        file[i] = i % 5 ? (uint8_t)rand() : (uint8_t)"\x18\x11\x93*\xff\r@"[rand() % 7];
}

static void run_rz(char *const arguments[])
{
    int null = open("/dev/null", O_WRONLY);

    dup2(null, 2);
    signal(SIGTERM, SIG_DFL);
    if (chdir(folder) == 0)
        execvp("rz", arguments);
    _exit(127);
}

static void connect_pipes(struct line *line, char *const arguments[])
{
    int to[2], from[2];

    assert_int_equal(pipe2(to, O_CLOEXEC), 0);
    assert_int_equal(pipe2(from, O_CLOEXEC), 0);
    line->receiver = fork();
    if (line->receiver == 0) {
        dup2(to[0], 0);
        dup2(from[1], 1);
        run_rz(arguments);
    }
    close(to[0]);
    close(from[1]);
    line->to = to[1];
    line->from = from[0];
    fcntl(line->to, F_SETFL, O_NONBLOCK);
}

static void connect_pty(struct line *line, char *const arguments[])
{
    struct termios raw;
    int master;

    memset(&raw, 0, sizeof(raw));
    cfmakeraw(&raw);
    line->receiver = forkpty(&master, NULL, &raw, NULL);
    if (line->receiver == 0)
        run_rz(arguments);
    line->to = line->from = master;
    fcntl(master, F_SETFL, O_NONBLOCK);
}

/* Whether the process waits for something, or is gone: not one that a busy machine keeps from going on. */
static bool idle(pid_t process)
{
    char status[32], state = 'X';
    FILE *f;

    snprintf(status, sizeof(status), "/proc/%d/stat", (int)process);
    f = fopen(status, "r");
    if (f == NULL)
        return true;
    if (fscanf(f, "%*d (%*[^)]) %c", &state) != 1)
        state = 'X';
    fclose(f);
    return state != 'R' && state != 'D';
}

/* Waits for bytes from the receiver. False: silence, and no load of the machine is the reason for it. */
static bool wait_readable(const struct line *line, int milliseconds)
{
    struct pollfd readable = {.fd = line->from, .events = POLLIN};

    while (poll(&readable, 1, milliseconds) == 0)
        if (milliseconds == 0 || idle(line->receiver))
            return poll(&readable, 1, 0) == 1;
    return true;
}

/* Runs the session to its end. QUIET_MS of silence count as a whole time-out, to keep the tests short. */
static void send_file(struct line *line)
{
    uint8_t buffer[256];

    zmodem_sender_start(&z, &source, line, "sent.bin", (uint32_t)file_size);
    while (z.status == ZMODEM_RUNNING) {
        bool busy = zmodem_sender_busy(&z);
        ssize_t n = wait_readable(line, busy ? 0 : QUIET_MS) ? read(line->from, buffer, sizeof(buffer)) : 0;
        if (n > 0) {
            damage(buffer, (size_t)n, line->damage_in);
            zmodem_sender_input(&z, buffer, (size_t)n);
        } else if (busy) {
            zmodem_sender_go_on(&z);
        } else {
            zmodem_sender_timeout(&z);
        }
    }
}

static int finish(struct line *line)
{
    int status = -1;

    for (int i = 0; i < 30 && waitpid(line->receiver, &status, WNOHANG) == 0; i++)
        usleep(100000);
    if (waitpid(line->receiver, &status, WNOHANG) == 0) {
        kill(line->receiver, SIGKILL);
        waitpid(line->receiver, &status, 0);
    }
    close(line->to);
    if (line->from != line->to)
        close(line->from);
    return status;
}

typedef void connect_fn(struct line *line, char *const arguments[]);
static char *plain[] = {"rz", "-q", "-b", "-y", NULL};

static char *result_path(void)
{
    static char path[64];

    snprintf(path, sizeof(path), "%s/sent.bin", folder);
    return path;
}

static void transfer(connect_fn *connect, struct line line, size_t size, char *const arguments[])
{
    make_file(size);
    unlink(result_path());
    connect(&line, arguments);
    send_file(&line);
    finish(&line);
}

static void expect_arrived(void)
{
    FILE *f = fopen(result_path(), "rb");

    assert_int_equal(z.error, ZMODEM_OK);
    assert_int_equal(z.status, ZMODEM_DONE);
    assert_non_null(f);
    uint8_t *got = malloc(file_size + 1);
    assert_int_equal(fread(got, 1, file_size + 1, f), file_size);
    assert_memory_equal(got, file, file_size);
    free(got);
    fclose(f);
}

static void clean_pipe(void **state)
{
    static const size_t sizes[] = {0, 1, 1023, 1024, 1025, 8191, 8192, 8193, 65536, MEBIBYTE};

    (void)state;
    for (unsigned i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        transfer(connect_pipes, (struct line){0}, sizes[i], plain);
        expect_arrived();
    }
}

static void clean_terminal(void **state)
{
    (void)state;
    transfer(connect_pty, (struct line){0}, MEBIBYTE, plain);
    expect_arrived();
}

static void receiver_escapes(void **state)
{
    static char *escape[] = {"rz", "-q", "-b", "-y", "-e", NULL};

    (void)state;
    transfer(connect_pipes, (struct line){0}, 65536, escape);
    expect_arrived();
}

static void damaged_lines(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++) {
        transfer(connect_pipes, (struct line){.damage_out = 12000}, 65536, plain);
        expect_arrived();
        transfer(connect_pty, (struct line){.damage_out = 12000, .damage_in = 200}, 65536, plain);
        expect_arrived();
    }
}

static void killed_receiver(void **state)
{
    (void)state;
    transfer(connect_pty, (struct line){.kill_after = 30000, .kill_signal = SIGKILL}, 65536, plain);
    assert_int_equal(z.status, ZMODEM_FAILED);
    assert_int_equal(z.error, ZMODEM_TIMED_OUT);
    assert_true(z.position < 30000 + 2 * ZMODEM_WINDOW);
    transfer(connect_pipes, (struct line){.kill_after = 30000, .kill_signal = SIGTERM}, 65536, plain);
    assert_int_equal(z.status, ZMODEM_FAILED);
    assert_true(z.error == ZMODEM_CANCELLED || z.error == ZMODEM_TIMED_OUT);
}

static void file_that_ends_early(void **state)
{
    (void)state;
    hidden = 100;
    transfer(connect_pipes, (struct line){0}, 65536, plain);
    hidden = 0;
    assert_int_equal(z.status, ZMODEM_FAILED);
    assert_int_equal(z.error, ZMODEM_INCOMPLETE);
}

static void nobody_there(void **state)
{
    struct line line = {.to = open("/dev/null", O_WRONLY)};

    (void)state;
    make_file(100);
    zmodem_sender_start(&z, &source, &line, "x", 100);
    for (int i = 0; i < ZMODEM_MAX_START_QUIET; i++)
        zmodem_sender_timeout(&z);
    assert_int_equal(z.status, ZMODEM_RUNNING);
    zmodem_sender_timeout(&z);
    assert_int_equal(z.error, ZMODEM_TIMED_OUT);
    zmodem_sender_start(&z, &source, &line, "x", 100);
    zmodem_sender_input(&z, (const uint8_t *)"\x03", 1);
    assert_int_equal(z.error, ZMODEM_INTERRUPTED);
    zmodem_sender_start(&z, &source, &line, "x", 100);
    zmodem_sender_input(&z, zm_cancel_sequence, ZM_CANCEL_LENGTH);
    assert_int_equal(z.error, ZMODEM_CANCELLED);
    close(line.to);
}

/* ---- our own receiver at the other end ----------------------------------------------------------------------------- */

static struct zmodem receiver;
static uint8_t queues[2][1 << 16];  /* bytes on their way to the sender [0], to the receiver [1] */
static size_t queued[2];
static size_t got;

static void put(int to, const uint8_t *bytes, size_t n)
{
    assert_true(queued[to] + n <= sizeof(queues[to]));
    memcpy(queues[to] + queued[to], bytes, n);
    queued[to] += n;
}

static void own_send(void *ctx, const uint8_t *bytes, size_t n) { (void)ctx; put(1, bytes, n); }
static void own_answer(void *ctx, const uint8_t *bytes, size_t n) { (void)ctx; put(0, bytes, n); }
static size_t own_read(void *ctx, uint32_t offset, uint8_t *bytes, size_t n) { (void)ctx; memcpy(bytes, file + offset, n); return n; }
static bool own_begin(void *ctx, const char *name, uint32_t size) { (void)ctx; return strcmp(name, "own") == 0 && size == file_size; }
static bool own_restart(void *ctx) { (void)ctx; got = 0; return true; }

static bool own_data(void *ctx, const uint8_t *bytes, size_t n)
{
    (void)ctx;
    assert_true(got + n <= file_size);
    assert_memory_equal(bytes, file + got, n);
    got += n;
    return true;
}

static void deliver(void)
{
    uint8_t copy[sizeof(queues[0])];
    size_t n = queued[0];

    memcpy(copy, queues[0], n);
    queued[0] = 0;
    zmodem_sender_input(&z, copy, n);
    n = queued[1];
    memcpy(copy, queues[1], n);
    queued[1] = 0;
    zmodem_input(&receiver, copy, n);
}

static void own_receiver(void **state)
{
    static const struct zmodem_source own_source = {own_send, own_read};
    static const struct zmodem_ops own_ops = {own_answer, own_begin, own_data, own_restart};

    (void)state;
    make_file(100000);
    got = 0;
    zmodem_start(&receiver, &own_ops, NULL);
    zmodem_sender_start(&z, &own_source, NULL, "own", (uint32_t)file_size);
    for (int i = 0; i < 100000 && receiver.status == ZMODEM_RUNNING; i++) {
        if (zmodem_sender_busy(&z))
            zmodem_sender_go_on(&z);
        deliver();
    }
    deliver();
    assert_int_equal(receiver.status, ZMODEM_DONE);
    assert_int_equal(z.status, ZMODEM_DONE);
    assert_int_equal(got, file_size);
}

/* The next thing that the sender has sent; *at counts the bytes that were looked at. */
static enum zm_token next_sent(struct zm_decoder *d, size_t *at)
{
    enum zm_token token = ZM_NOTHING;

    while (*at < queued[1] && (token == ZM_NOTHING || token == ZM_NOISE))
        token = zm_decode(d, queues[1][(*at)++]);
    return token;
}

/* A receiver in the middle of a frame that sends ZRPOS more than once for one error: it gets the end of the frame and one new
 * one, and it was one error. */
static void repeated_positions(void **state)
{
    static const struct zmodem_source own_source = {own_send, own_read};
    struct zm_decoder d = {0};
    uint8_t twice[2 * ZM_HEX_HEADER_MAX];
    size_t n, at = 0;

    (void)state;
    make_file(5000);
    zmodem_sender_start(&z, &own_source, NULL, "own", 5000);
    n = zm_hex_header(twice, ZM_ZRINIT, 0x20000000);
    zmodem_sender_input(&z, twice, n);
    n = zm_hex_header(twice, ZM_ZRPOS, 0);
    zmodem_sender_input(&z, twice, n);
    queued[1] = 0;
    zmodem_sender_go_on(&z);
    n = zm_hex_header(twice, ZM_ZRPOS, 1000);
    n += zm_hex_header(twice + n, ZM_ZRPOS, 1000);
    zmodem_sender_input(&z, twice, n);
    assert_int_equal(z.errors, 1);
    while (zmodem_sender_busy(&z))
        zmodem_sender_go_on(&z);
    d.crc32 = true;
    zm_expect_data(&d);                             /* the ZDATA was in what has been dropped */
    assert_int_equal(next_sent(&d, &at), ZM_DATA);
    assert_int_equal(d.frame_end, ZM_ZCRCG);
    zm_expect_data(&d);
    assert_int_equal(next_sent(&d, &at), ZM_DATA);
    assert_int_equal(d.frame_end, ZM_ZCRCE);
    assert_int_equal(d.length, 0);
    assert_int_equal(next_sent(&d, &at), ZM_HEADER);
    assert_int_equal(d.type, ZM_ZDATA);
    assert_int_equal(d.position, 1000);
    do {
        zm_expect_data(&d);
        assert_int_equal(next_sent(&d, &at), ZM_DATA);
    } while (d.frame_end == ZM_ZCRCG);
    assert_int_equal(d.frame_end, ZM_ZCRCW);
    assert_int_equal(at, queued[1]);
}

/* A receiver whose answers come damaged is not silent; and such a line ends in bounded time, too. */
static void damaged_answers(void **state)
{
    static const struct zmodem_source own_source = {own_send, own_read};
    uint8_t header[ZM_HEX_HEADER_MAX];
    size_t n = zm_hex_header(header, ZM_ZRINIT, 0x20000000);

    (void)state;
    make_file(100);
    zmodem_sender_start(&z, &own_source, NULL, "own", 100);
    zmodem_sender_input(&z, header, n);
    n = zm_hex_header(header, ZM_ZRPOS, 0);
    header[10] ^= 1;
    for (int i = 0; i <= ZMODEM_MAX_ERRORS; i++) {
        assert_int_equal(z.status, ZMODEM_RUNNING);
        queued[1] = 0;
        zmodem_sender_timeout(&z);
        zmodem_sender_input(&z, header, n);
    }
    assert_int_equal(z.error, ZMODEM_TOO_MANY_ERRORS);
    queued[1] = 0;
}

/* Any bytes: no crash, no byte outside, and an end. */
static void random_bytes(void **state)
{
    struct line line = {.to = open("/dev/null", O_WRONLY)};
    static const char alphabet[] = "**\x18" "BC0123456789abcdef\r\x8a\x11";

    (void)state;
    make_file(5000);
    for (int i = 0; i < 300; i++) {
        zmodem_sender_start(&z, &source, &line, "x", 5000);
        for (int k = 0; k < 3000 && z.status == ZMODEM_RUNNING; k++) {
            uint8_t byte = (uint8_t)(k % 4 ? alphabet[rand() % (int)sizeof(alphabet)] : rand());
            uint8_t header[ZM_HEX_HEADER_MAX];
            zmodem_sender_input(&z, &byte, 1);
            if (k % 50 == 0)
                zmodem_sender_input(&z, header, zm_hex_header(header, (enum zm_type)(rand() % 20), (uint32_t)rand() % 6000));
            if (zmodem_sender_busy(&z))
                zmodem_sender_go_on(&z);
        }
    }
    close(line.to);
}

static int have_rz(void **state)
{
    (void)state;
    signal(SIGPIPE, SIG_IGN);
    seed = getenv("ZMODEM_SEED") != NULL ? (unsigned)atoi(getenv("ZMODEM_SEED")) : 5;
    srand(seed);
    print_message("ZMODEM_SEED=%u\n", seed);
    return mkdtemp(folder) == NULL || system("command -v rz >/dev/null") != 0;
}

static int clean_up(void **state)
{
    (void)state;
    free(file);
    unlink(result_path());
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clean_pipe),      cmocka_unit_test(clean_terminal),  cmocka_unit_test(receiver_escapes),
        cmocka_unit_test(damaged_lines),   cmocka_unit_test(killed_receiver), cmocka_unit_test(file_that_ends_early),
        cmocka_unit_test(nobody_there),    cmocka_unit_test(own_receiver),    cmocka_unit_test(repeated_positions),
        cmocka_unit_test(damaged_answers), cmocka_unit_test(random_bytes),
    };

    return cmocka_run_group_tests(tests, have_rz, clean_up);
}
