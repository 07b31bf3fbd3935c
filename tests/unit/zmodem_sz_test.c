/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors
 *
 * The receiver talks to Debian's `sz` (package lrzsz) over pipes and over a pseudo terminal: clean lines, lines that
 * damage bytes in either direction, and senders that are killed half-way.
 */
#define _GNU_SOURCE
#include <zmodem/zmodem.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <cmocka.h>

enum { MEBIBYTE = 1 << 20, QUIET_MS = 300 };

struct line {
    pid_t sender;
    int from, to;               /* file descriptors to the sender */
    unsigned damage_in;         /* one byte in so many is changed; 0: none */
    unsigned damage_out;
    size_t kill_after;          /* bytes of the file after which the sender is killed; 0: never */
    int kill_signal;
};

static unsigned seed;           /* of the damage: ZMODEM_SEED in the environment repeats a run */
static struct zmodem z;
static uint8_t *expected;       /* contents of the file being sent */
static size_t expected_size, received;
static bool correct;            /* what was received, so far */
static char name[256];
static uint32_t announced;

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
    if (write(line->to, copy, n) < 0)
        assert_true(errno == EPIPE || errno == EIO);    /* the sender is gone */
}

static bool on_begin(void *ctx, const char *file_name, uint32_t size)
{
    (void)ctx;
    snprintf(name, sizeof(name), "%s", file_name);
    announced = size;
    return true;
}

static bool on_data(void *ctx, const uint8_t *bytes, size_t n)
{
    struct line *line = ctx;

    for (size_t i = 0; i < n; i++)      /* of a long subpacket a part may be wrong; then the file comes anew */
        correct &= received + i < expected_size && bytes[i] == expected[received + i];
    received += n;
    if (line->kill_after != 0 && received >= line->kill_after) {
        kill(line->sender, line->kill_signal);
        line->kill_after = 0;
    }
    return true;
}

static bool on_restart(void *ctx)
{
    (void)ctx;
    received = 0;
    correct = true;
    return true;
}

static const struct zmodem_ops ops = {on_send, on_begin, on_data, on_restart};

/* A file of n bytes that holds every byte value and many that ZMODEM has to escape. */
static void make_file(const char *path, size_t n)
{
    FILE *f = fopen(path, "wb");

    expected = realloc(expected, n);
    expected_size = n;
    for (size_t i = 0; i < n; i++)
        expected[i] = i % 5 ? (uint8_t)rand() : (uint8_t)"\x18\x11\x93*\xff\r"[rand() % 6];
    assert_int_equal(fwrite(expected, 1, n, f), n);
    assert_int_equal(fclose(f), 0);
}

static void run_sz(char *const arguments[])
{
    int null = open("/dev/null", O_WRONLY);

    dup2(null, 2);
    signal(SIGTERM, SIG_DFL);
    execvp("sz", arguments);
    _exit(127);
}

static void connect_pipes(struct line *line, char *const arguments[])
{
    int to[2], from[2];

    assert_int_equal(pipe2(to, O_CLOEXEC), 0);
    assert_int_equal(pipe2(from, O_CLOEXEC), 0);
    line->sender = fork();
    if (line->sender == 0) {
        dup2(to[0], 0);
        dup2(from[1], 1);
        run_sz(arguments);
    }
    close(to[0]);
    close(from[1]);
    line->to = to[1];
    line->from = from[0];
}

static void connect_pty(struct line *line, char *const arguments[])
{
    struct termios raw;
    int master;

    memset(&raw, 0, sizeof(raw));
    cfmakeraw(&raw);
    line->sender = forkpty(&master, NULL, &raw, NULL);
    if (line->sender == 0)
        run_sz(arguments);
    line->to = line->from = master;
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

/* Waits for bytes from the sender. False: silence, and no load of the machine is the reason for it. */
static bool wait_readable(const struct line *line)
{
    struct pollfd readable = {.fd = line->from, .events = POLLIN};

    while (poll(&readable, 1, QUIET_MS) == 0)
        if (idle(line->sender))
            return poll(&readable, 1, 0) == 1;
    return true;
}

/* Runs the session to its end. QUIET_MS of silence count as a whole time-out, to keep the tests short. */
static void receive(struct line *line)
{
    uint8_t buffer[256];

    received = 0;
    correct = true;
    zmodem_start(&z, &ops, line);
    while (z.status == ZMODEM_RUNNING) {
        ssize_t n = wait_readable(line) ? read(line->from, buffer, sizeof(buffer)) : 0;
        if (n > 0) {
            damage(buffer, (size_t)n, line->damage_in);
            zmodem_input(&z, buffer, (size_t)n);
        } else {
            zmodem_timeout(&z);
        }
    }
}

static int finish(struct line *line)
{
    int status;

    close(line->to);
    if (line->from != line->to)
        close(line->from);
    for (int i = 0; i < 50 && waitpid(line->sender, &status, WNOHANG) == 0; i++)
        usleep(100000);
    if (waitpid(line->sender, &status, WNOHANG) == 0) {
        kill(line->sender, SIGKILL);
        waitpid(line->sender, &status, 0);
    }
    return status;
}

static char path[] = "/tmp/zmodem_sz_test.XXXXXX";

typedef void connect_fn(struct line *line, char *const arguments[]);

static struct line transfer_with(connect_fn *connect, struct line line, size_t size, char *const arguments[])
{
    make_file(path, size);
    connect(&line, arguments);
    receive(&line);
    finish(&line);
    return line;
}

static void expect_transfer(connect_fn *connect, struct line line, size_t size, char *const arguments[])
{
    transfer_with(connect, line, size, arguments);
    assert_int_equal(z.error, ZMODEM_OK);
    assert_int_equal(z.status, ZMODEM_DONE);
    assert_int_equal(received, size);
    assert_true(correct);
    assert_int_equal(announced, size);
    assert_string_equal(name, strrchr(path, '/') + 1);
}

static char *plain[] = {"sz", "-q", "-b", path, NULL};

static void clean_pipe(void **state)
{
    static const size_t sizes[] = {0, 1, 1023, 1024, 1025, 65536, MEBIBYTE};

    (void)state;
    for (unsigned i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
        expect_transfer(connect_pipes, (struct line){0}, sizes[i], plain);
}

static void clean_terminal(void **state)
{
    (void)state;
    expect_transfer(connect_pty, (struct line){0}, 65536, plain);
    expect_transfer(connect_pty, (struct line){0}, MEBIBYTE, plain);
}

static void sender_options(void **state)
{
    static char *const options[][6] = {
        {"sz", "-q", "-b", "-o", path, NULL},           /* 16-bit CRC */
        {"sz", "-q", "-b", "-e", path, NULL},           /* escape all control characters */
        {"sz", "-q", "-b", "-w2048", path, NULL},       /* window: ZCRCQ */
        {"sz", "-q", "-b", "-L64", path, NULL},         /* short subpackets */
        {"sz", "-q", "-b", "-l512", path, NULL},        /* short frames: ZCRCW */
        {"sz", "-q", "-b", "-8", path, NULL},           /* subpackets of 8 KiB */
        {"sz", "-q", "-b", "-O", path, NULL},           /* no time-outs: what the original's upload script uses */
    };

    (void)state;
    for (unsigned i = 0; i < sizeof(options) / sizeof(options[0]); i++)
        expect_transfer(connect_pipes, (struct line){0}, 65536, options[i]);
}

static void two_files(void **state)
{
    char *const twice[] = {"sz", "-q", "-b", path, "/etc/passwd", NULL};

    (void)state;
    transfer_with(connect_pipes, (struct line){0}, 5000, twice);
    assert_int_equal(z.status, ZMODEM_DONE);
    assert_int_equal(received, 5000);
}

static void damaged_to_us(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 5; i++)
        expect_transfer(connect_pipes, (struct line){.damage_in = 8000}, 65536, plain);
    expect_transfer(connect_pty, (struct line){.damage_in = 30000}, MEBIBYTE, plain);
}

/* Long subpackets are handed over before they are checked: damage makes the file come anew. */
static void damaged_long_subpackets(void **state)
{
    static char *const eight[] = {"sz", "-q", "-b", "-8", path, NULL};

    (void)state;
    for (unsigned i = 0; i < 3; i++)
        expect_transfer(connect_pipes, (struct line){.damage_in = 200000}, 65536, eight);
}

static void damaged_both_ways(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 5; i++)
        expect_transfer(connect_pty, (struct line){.damage_in = 8000, .damage_out = 200}, 65536, plain);
}

static void hopeless_line(void **state)
{
    (void)state;
    transfer_with(connect_pipes, (struct line){.damage_in = 40}, 65536, plain);
    assert_int_equal(z.status, ZMODEM_FAILED);
}

static void killed_sender(void **state)
{
    (void)state;
    transfer_with(connect_pty, (struct line){.kill_after = 32768, .kill_signal = SIGKILL}, 65536, plain);
    assert_int_equal(z.status, ZMODEM_FAILED);
    assert_int_equal(z.error, ZMODEM_TIMED_OUT);
    expect_transfer(connect_pty, (struct line){0}, 65536, plain);
    transfer_with(connect_pipes, (struct line){.kill_after = 500000, .kill_signal = SIGKILL}, MEBIBYTE, plain);
    assert_int_equal(z.error, ZMODEM_TIMED_OUT);
}

static void interrupted_sender(void **state)
{
    (void)state;
    transfer_with(connect_pipes, (struct line){.kill_after = 32768, .kill_signal = SIGTERM}, MEBIBYTE, plain);
    assert_int_equal(z.status, ZMODEM_FAILED);
    assert_int_equal(z.error, ZMODEM_CANCELLED);
}

/* Refusing makes the sender stop by itself. */
static bool refuse(void *ctx, const char *file_name, uint32_t size)
{
    (void)ctx, (void)file_name, (void)size;
    return false;
}

static void refused_file(void **state)
{
    static const struct zmodem_ops refusing = {on_send, refuse, on_data, on_restart};
    struct line line = {0};
    uint8_t buffer[256];
    ssize_t n;

    (void)state;
    make_file(path, 65536);
    connect_pipes(&line, plain);
    zmodem_start(&z, &refusing, &line);
    while (z.status == ZMODEM_RUNNING && (n = read(line.from, buffer, sizeof(buffer))) > 0)
        zmodem_input(&z, buffer, (size_t)n);
    assert_int_equal(z.error, ZMODEM_REFUSED);
    int status = finish(&line);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) != 0);
}

static int have_sz(void **state)
{
    (void)state;
    signal(SIGPIPE, SIG_IGN);
    seed = getenv("ZMODEM_SEED") != NULL ? (unsigned)atoi(getenv("ZMODEM_SEED")) : 3;
    srand(seed);
    print_message("ZMODEM_SEED=%u\n", seed);
    close(mkstemp(path));
    return system("command -v sz >/dev/null");
}

static int clean_up(void **state)
{
    (void)state;
    free(expected);
    return unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clean_pipe),        cmocka_unit_test(clean_terminal),    cmocka_unit_test(sender_options),
        cmocka_unit_test(two_files),         cmocka_unit_test(damaged_to_us), cmocka_unit_test(damaged_long_subpackets),     cmocka_unit_test(damaged_both_ways),
        cmocka_unit_test(hopeless_line),     cmocka_unit_test(killed_sender),     cmocka_unit_test(interrupted_sender),
        cmocka_unit_test(refused_file),
    };

    return cmocka_run_group_tests(tests, have_sz, clean_up);
}
