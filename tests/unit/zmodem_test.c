/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors
 *
 * The receiver against frames built here byte by byte. zmodem_sz_test.c lets it talk to a real sender.
 */
#include <zmodem/zmodem.h>

#include <kata/crc32.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct zmodem z;
static uint8_t sent[65536];
static size_t sent_length, sent_seen;
static uint8_t file[16384];
static size_t file_length;
static char file_name[64];
static uint32_t file_size;
static bool refuse_file, refuse_data;

static void on_send(void *ctx, const uint8_t *bytes, size_t n)
{
    assert_ptr_equal(ctx, &file);
    assert_true(sent_length + n <= sizeof(sent));
    memcpy(sent + sent_length, bytes, n);
    sent_length += n;
}

static bool on_begin(void *ctx, const char *name, uint32_t size)
{
    (void)ctx;
    strncpy(file_name, name, sizeof(file_name) - 1);
    file_size = size;
    return !refuse_file;
}

static bool on_data(void *ctx, const uint8_t *bytes, size_t n)
{
    (void)ctx;
    if (refuse_data)
        return false;
    assert_true(file_length + n <= sizeof(file));
    memcpy(file + file_length, bytes, n);
    file_length += n;
    return true;
}

static int restarts;

static bool on_restart(void *ctx)
{
    (void)ctx;
    restarts++;
    file_length = 0;
    return true;
}

static const struct zmodem_ops ops = {on_send, on_begin, on_data, on_restart};

static int setup(void **state)
{
    (void)state;
    sent_length = sent_seen = file_length = 0;
    refuse_file = refuse_data = false;
    restarts = 0;
    zmodem_start(&z, &ops, file);
    return 0;
}

/* The next header the receiver has sent: it must be of this type; returns its position. */
static uint32_t expect_sent(enum zm_type type)
{
    struct zm_decoder d = {0};

    while (sent_seen < sent_length) {
        if (zm_decode(&d, sent[sent_seen++]) != ZM_HEADER)
            continue;
        assert_int_equal(d.type, type);
        while (sent_seen < sent_length && sent[sent_seen] != '*')
            sent_seen++;        /* CR LF XON */
        return d.position;
    }
    fail_msg("no header of type %d was sent", type);
    return 0;
}

static void expect_silence(void)
{
    assert_int_equal(sent_seen, sent_length);
}

static void feed(const void *bytes, size_t n)
{
    zmodem_input(&z, bytes, n);
}

static void hex_header(enum zm_type type, uint32_t position)
{
    uint8_t header[ZM_HEX_HEADER_MAX];

    feed(header, zm_hex_header(header, type, position));
}

static void feed_escaped(uint8_t byte)
{
    uint8_t pair[2] = {0x18, byte ^ 0x40};

    if (byte == 0x18 || (byte & 0x7f) == 0x10 || (byte & 0x7f) == 0x11 || (byte & 0x7f) == 0x13)
        feed(pair, 2);
    else if (byte == 0x7f)
        feed("\x18l", 2);
    else if (byte == 0xff)
        feed("\x18m", 2);
    else
        feed(&byte, 1);
}

static bool use_crc32;

static void feed_crc(const uint8_t *a, size_t a_length, const uint8_t *b, size_t b_length, uint8_t flip)
{
    uint32_t crc = use_crc32 ? crc32_update(crc32_update(0, a, a_length), b, b_length) : zm_crc16(zm_crc16(0, a, a_length), b, b_length);

    crc ^= flip;
    for (int i = 0; i < (use_crc32 ? 4 : 2); i++)
        feed_escaped((uint8_t)(use_crc32 ? crc >> 8 * i : crc >> (8 - 8 * i)));
}

static void bin_header(enum zm_type type, uint32_t position)
{
    uint8_t raw[5] = {(uint8_t)type, (uint8_t)position, (uint8_t)(position >> 8), (uint8_t)(position >> 16), (uint8_t)(position >> 24)};

    feed(use_crc32 ? "*\x18" "C" : "*\x18" "A", 3);
    for (int i = 0; i < 5; i++)
        feed_escaped(raw[i]);
    feed_crc(raw, 5, raw, 0, 0);
}

static void subpacket(const void *data, size_t n, enum zm_frame_end end, uint8_t flip)
{
    uint8_t last = (uint8_t)end;
    uint8_t mark[2] = {0x18, last};

    for (size_t i = 0; i < n; i++)
        feed_escaped(((const uint8_t *)data)[i]);
    feed(mark, 2);
    feed_crc(data, n, &last, 1, flip);
}

static const char info[] = "dir/x.app\0" "300 0 0 0 1 300";

static void begin_file(void)
{
    assert_int_equal(expect_sent(ZM_ZRINIT), 0x23000000);
    bin_header(ZM_ZFILE, 0);
    subpacket(info, sizeof(info), ZM_ZCRCW, 0);
    assert_int_equal(expect_sent(ZM_ZRPOS), 0);
}

static uint8_t pattern[ZM_SUBPACKET_MAX + 1];

static void end_session(uint32_t size)
{
    bin_header(ZM_ZEOF, size);
    expect_sent(ZM_ZRINIT);
    hex_header(ZM_ZFIN, 0);
    expect_sent(ZM_ZFIN);
    assert_int_equal(z.status, ZMODEM_RUNNING);
    feed("OO", 2);
    assert_int_equal(z.status, ZMODEM_DONE);
    assert_int_equal(z.received, size);
    assert_int_equal(file_length, size);
}

static void finish_file(uint32_t size)
{
    end_session(size);
    assert_memory_equal(file, pattern, size);
}

static void receives_a_file(void)
{
    hex_header(ZM_ZRQINIT, 0);
    expect_sent(ZM_ZRINIT);
    begin_file();
    assert_string_equal(file_name, "dir/x.app");
    assert_int_equal(file_size, 300);
    bin_header(ZM_ZDATA, 0);
    subpacket(pattern, 100, ZM_ZCRCG, 0);
    expect_silence();
    subpacket(pattern + 100, 100, ZM_ZCRCQ, 0);
    assert_int_equal(expect_sent(ZM_ZACK), 200);
    subpacket(pattern + 200, 50, ZM_ZCRCW, 0);
    assert_int_equal(expect_sent(ZM_ZACK), 250);
    bin_header(ZM_ZDATA, 250);
    subpacket(pattern + 250, 50, ZM_ZCRCE, 0);
    expect_silence();
    finish_file(300);
}

static void crc16(void **state)
{
    (void)state;
    assert_int_equal(zm_crc16(0, (const uint8_t *)"123456789", 9), 0x31c3);
    use_crc32 = false;
    receives_a_file();
}

static void crc32(void **state)
{
    (void)state;
    use_crc32 = true;
    receives_a_file();
}

/* ZSINIT and ZFILE as hex headers: CR LF stands between header and data. */
static void data_after_hex_header(void **state)
{
    (void)state;
    use_crc32 = false;
    expect_sent(ZM_ZRINIT);
    hex_header(ZM_ZSINIT, 0);
    subpacket("", 1, ZM_ZCRCW, 0);
    assert_int_equal(expect_sent(ZM_ZACK), 1);
    hex_header(ZM_ZFILE, 0);
    subpacket(info, sizeof(info), ZM_ZCRCW, 0);
    assert_int_equal(expect_sent(ZM_ZRPOS), 0);
    bin_header(ZM_ZDATA, 0);
    subpacket(pattern, 300, ZM_ZCRCE, 0);
    finish_file(300);
}

static void repeats_after_crc_error(void **state)
{
    (void)state;
    use_crc32 = true;
    begin_file();
    bin_header(ZM_ZDATA, 0);
    subpacket(pattern, 200, ZM_ZCRCG, 0);
    subpacket(pattern + 200, 100, ZM_ZCRCG, 1);
    assert_int_equal(expect_sent(ZM_ZRPOS), 200);
    subpacket(pattern + 200, 100, ZM_ZCRCE, 0);     /* still in flight: ignored */
    bin_header(ZM_ZEOF, 300);                       /* overtaken */
    expect_silence();
    bin_header(ZM_ZDATA, 200);
    subpacket(pattern + 200, 100, ZM_ZCRCE, 0);
    finish_file(300);
}

/* The sender goes back further than it must, or is ahead. */
static void overlapping_and_missing_data(void **state)
{
    (void)state;
    use_crc32 = true;
    begin_file();
    bin_header(ZM_ZDATA, 0);
    subpacket(pattern, 150, ZM_ZCRCW, 0);
    assert_int_equal(expect_sent(ZM_ZACK), 150);
    bin_header(ZM_ZDATA, 0);
    subpacket(pattern, 100, ZM_ZCRCQ, 0);
    assert_int_equal(expect_sent(ZM_ZACK), 100);
    subpacket(pattern + 100, 100, ZM_ZCRCQ, 0);
    assert_int_equal(expect_sent(ZM_ZACK), 200);
    subpacket("", 0, ZM_ZCRCE, 0);
    bin_header(ZM_ZDATA, 250);
    assert_int_equal(expect_sent(ZM_ZRPOS), 200);
    subpacket(pattern + 250, 50, ZM_ZCRCE, 0);
    bin_header(ZM_ZDATA, 200);
    subpacket(pattern + 200, 100, ZM_ZCRCE, 0);
    finish_file(300);
}

static void damaged_headers(void **state)
{
    (void)state;
    use_crc32 = false;
    expect_sent(ZM_ZRINIT);
    feed("**\x18" "B0x", 6);
    expect_sent(ZM_ZRINIT);
    feed("**\x18" "B01000000000000\r\n", 19);
    expect_sent(ZM_ZRINIT);
    feed("*\x18" "A\x04\x01\x01\x01\x01\x01\x01", 10);
    expect_sent(ZM_ZRINIT);
    hex_header(ZM_ZRQINIT, 0);
    expect_sent(ZM_ZRINIT);
    feed("*\x18" "A\x04\x01\x01\x01\x01\x01\x01", 10);
    expect_sent(ZM_ZNAK);
    zmodem_timeout(&z);
    expect_sent(ZM_ZNAK);
    hex_header(ZM_ZNAK, 0);
    expect_sent(ZM_ZRINIT);
    bin_header(ZM_ZFILE, 0);
    subpacket(info, sizeof(info), ZM_ZCRCW, 5);
    expect_sent(ZM_ZNAK);
    bin_header(ZM_ZFILE, 0);
    subpacket(info, sizeof(info), ZM_ZCRCW, 0);
    expect_sent(ZM_ZRPOS);
    bin_header(ZM_ZFILE, 0);                        /* our answer was lost */
    subpacket(info, sizeof(info), ZM_ZCRCW, 0);
    expect_sent(ZM_ZRPOS);
    bin_header(ZM_ZDATA, 0);
    subpacket(pattern, 300, ZM_ZCRCE, 0);
    finish_file(300);
}

/* Subpackets of 8 KiB (sz -8) come in parts; the last one with its CRC. */
static void long_subpackets(void **state)
{
    static uint8_t block[ZM_SUBPACKET_LONG + 1];

    (void)state;
    for (size_t i = 0; i < sizeof(block); i++)
        block[i] = (uint8_t)(i * 13 >> 2);
    for (int crc = 0; crc < 2; crc++) {
        setup(NULL);
        use_crc32 = crc != 0;
        begin_file();
        bin_header(ZM_ZDATA, 0);
        subpacket(block, 3000, ZM_ZCRCG, 0);            /* the first time its CRC is needed to know that it is no accident */
        assert_int_equal(expect_sent(ZM_ZRPOS), 0);
        assert_int_equal(file_length, 0);
        assert_int_equal(z.errors, 0);
        bin_header(ZM_ZDATA, 0);
        subpacket(block, 3000, ZM_ZCRCG, 0);
        assert_int_equal(file_length, 3000);
        subpacket(block + 3000, 5000, ZM_ZCRCQ, 0);
        assert_int_equal(expect_sent(ZM_ZACK), 8000);
        assert_memory_equal(file, block, 8000);
        assert_int_equal(restarts, 0);
        subpacket(block, 2000, ZM_ZCRCG, 1);            /* damaged, and part of it was handed over: all anew */
        assert_int_equal(expect_sent(ZM_ZRPOS), 0);
        assert_int_equal(restarts, 1);
        bin_header(ZM_ZDATA, 0);
        subpacket(block, ZM_SUBPACKET_LONG, ZM_ZCRCE, 0);
        assert_memory_equal(file, block, ZM_SUBPACKET_LONG);
        end_session(ZM_SUBPACKET_LONG);
    }
}

static void oversized_subpacket(void **state)
{
    static uint8_t block[ZM_SUBPACKET_LONG + 1];

    (void)state;
    use_crc32 = true;
    begin_file();
    for (int i = 0; i <= ZMODEM_MAX_ERRORS; i++) {
        bin_header(ZM_ZDATA, 0);
        subpacket(block, sizeof(block), ZM_ZCRCG, 0);
        if (i < ZMODEM_MAX_ERRORS)
            assert_int_equal(expect_sent(ZM_ZRPOS), 0);
    }
    assert_int_equal(restarts, 0);
    assert_int_equal(z.error, ZMODEM_TOO_MANY_ERRORS);
}

static void too_many_restarts(void **state)
{
    (void)state;
    use_crc32 = true;
    begin_file();
    bin_header(ZM_ZDATA, 0);
    subpacket(file, 2000, ZM_ZCRCG, 0);
    assert_int_equal(expect_sent(ZM_ZRPOS), 0);
    for (int i = 0; i <= ZMODEM_MAX_RESTARTS; i++) {
        bin_header(ZM_ZDATA, 0);
        subpacket(pattern, 100, ZM_ZCRCG, 0);       /* progress does not help */
        subpacket(file, 2000, ZM_ZCRCG, 1);
        if (i < ZMODEM_MAX_RESTARTS)
            assert_int_equal(expect_sent(ZM_ZRPOS), 0);
    }
    assert_int_equal(restarts, ZMODEM_MAX_RESTARTS);
    assert_int_equal(z.error, ZMODEM_TOO_MANY_ERRORS);
}

/* A damaged ZDLE makes a subpacket longer than is allowed. However often that happens, even at the same position: nothing
 * of it may be taken for the file of a sender that makes long ones, because that costs the whole file. */
static void damage_that_lengthens(void **state)
{
    (void)state;
    use_crc32 = true;
    begin_file();
    bin_header(ZM_ZDATA, 0);
    subpacket(pattern, 100, ZM_ZCRCG, 0);
    for (int i = 0; i < ZMODEM_MAX_ERRORS; i++) {
        subpacket(pattern, sizeof(pattern), ZM_ZCRCG, 1);
        assert_int_equal(expect_sent(ZM_ZRPOS), 100);
        bin_header(ZM_ZDATA, 100);
    }
    assert_int_equal(restarts, 0);
    subpacket(pattern + 100, 100, ZM_ZCRCG, 0);
    assert_int_equal(z.errors, 0);
    subpacket(pattern, sizeof(pattern), ZM_ZCRCG, 1);
    assert_int_equal(expect_sent(ZM_ZRPOS), 200);
    assert_int_equal(restarts, 0);
    bin_header(ZM_ZDATA, 200);
    subpacket(pattern + 200, 100, ZM_ZCRCE, 0);
    finish_file(300);
}

static void too_many_errors(void **state)
{
    (void)state;
    use_crc32 = true;
    begin_file();
    for (int i = 0; i <= ZMODEM_MAX_ERRORS; i++) {
        assert_int_equal(z.status, ZMODEM_RUNNING);
        bin_header(ZM_ZDATA, 0);
        subpacket(pattern, 200, ZM_ZCRCG, 1);
    }
    assert_int_equal(z.status, ZMODEM_FAILED);
    assert_int_equal(z.error, ZMODEM_TOO_MANY_ERRORS);
    assert_memory_equal(sent + sent_length - ZM_CANCEL_LENGTH, zm_cancel_sequence, ZM_CANCEL_LENGTH);
}

static void expect_failure(enum zmodem_error error)
{
    assert_int_equal(z.status, ZMODEM_FAILED);
    assert_int_equal(z.error, error);
    assert_string_not_equal(zmodem_error_text(error), "unknown error");
    assert_int_equal(zmodem_input(&z, (const uint8_t *)"x", 1), 0);
}

static void silence_before_anything(void **state)
{
    int repeated = 0;

    (void)state;
    expect_sent(ZM_ZRINIT);
    for (; z.status == ZMODEM_RUNNING; repeated++)
        zmodem_timeout(&z);
    assert_int_equal(repeated, ZMODEM_MAX_START_QUIET + 1);
    expect_failure(ZMODEM_TIMED_OUT);
}

/* A sender that dies, leaving a shell that echoes what we send. */
static void silence_in_the_middle(void **state)
{
    (void)state;
    use_crc32 = true;
    begin_file();
    bin_header(ZM_ZDATA, 0);
    subpacket(pattern, 100, ZM_ZCRCG, 0);
    feed(pattern, 40);
    for (int i = 0; i < ZMODEM_MAX_QUIET; i++) {
        assert_int_equal(zmodem_wait_ms(&z), ZMODEM_WAIT_MS);
        zmodem_timeout(&z);
        assert_int_equal(expect_sent(ZM_ZRPOS), 100);
        hex_header(ZM_ZRPOS, 100);
        expect_silence();
    }
    zmodem_timeout(&z);
    expect_failure(ZMODEM_TIMED_OUT);
}

static void silence_at_the_end(void **state)
{
    (void)state;
    use_crc32 = true;
    begin_file();
    bin_header(ZM_ZDATA, 0);
    subpacket(pattern, 300, ZM_ZCRCE, 0);
    bin_header(ZM_ZEOF, 300);
    for (int i = 0; i <= ZMODEM_MAX_QUIET; i++)
        zmodem_timeout(&z);
    assert_int_equal(z.status, ZMODEM_DONE);    /* nothing of the file is missing */
    setup(state);
    begin_file();
    bin_header(ZM_ZDATA, 0);
    subpacket(pattern, 300, ZM_ZCRCE, 0);
    bin_header(ZM_ZEOF, 300);
    hex_header(ZM_ZFIN, 0);
    zmodem_timeout(&z);
    assert_int_equal(z.status, ZMODEM_DONE);
}

static void cancellations(void **state)
{
    (void)state;
    use_crc32 = true;
    begin_file();
    bin_header(ZM_ZDATA, 0);
    feed("abc\x18\x18\x18\x18\x18\b\b", 10);
    expect_failure(ZMODEM_CANCELLED);
    setup(state);
    feed("\x03", 1);
    expect_failure(ZMODEM_INTERRUPTED);
    setup(state);
    begin_file();
    hex_header(ZM_ZABORT, 0);
    expect_failure(ZMODEM_CANCELLED);
    setup(state);
    begin_file();
    hex_header(ZM_ZFIN, 0);
    expect_failure(ZMODEM_INCOMPLETE);
    setup(state);
    hex_header(ZM_ZFIN, 0);
    feed("OO", 2);
    expect_failure(ZMODEM_NO_FILE);
    setup(state);
    hex_header(ZM_ZCOMMAND, 0);
    expect_failure(ZMODEM_NOT_SUPPORTED);
}

static void refusals(void **state)
{
    (void)state;
    use_crc32 = true;
    refuse_file = true;
    bin_header(ZM_ZFILE, 0);
    subpacket(info, sizeof(info), ZM_ZCRCW, 0);
    expect_sent(ZM_ZRINIT);
    expect_sent(ZM_ZABORT);             /* behind a second ZRINIT lrzsz's sender does not look at CANs, but at this */
    expect_failure(ZMODEM_REFUSED);
    setup(state);
    refuse_data = true;
    begin_file();
    bin_header(ZM_ZDATA, 0);
    subpacket(pattern, 300, ZM_ZCRCE, 0);
    expect_failure(ZMODEM_REFUSED);
    setup(state);
    bin_header(ZM_ZFILE, 0);
    subpacket("noend", 5, ZM_ZCRCW, 0);
    expect_failure(ZMODEM_REFUSED);
}

static void size_field(void **state)
{
    static const struct { const char *text; uint32_t size; } cases[] = {
        {"x\0" "0", 0}, {"x\0" "17 1", 17}, {"x\0" "4294967296", 0}, {"x\0zz", 0}, {"x\0" "4000000000", 4000000000u},
    };

    (void)state;
    use_crc32 = true;
    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        setup(state);
        bin_header(ZM_ZFILE, 0);
        subpacket(cases[i].text, 3 + strlen(cases[i].text + 2), ZM_ZCRCW, 0);
        assert_int_equal(file_size, cases[i].size);
    }
}

static void second_file_is_skipped(void **state)
{
    (void)state;
    use_crc32 = true;
    begin_file();
    bin_header(ZM_ZDATA, 0);
    subpacket(pattern, 300, ZM_ZCRCE, 0);
    bin_header(ZM_ZEOF, 300);
    expect_sent(ZM_ZRINIT);
    bin_header(ZM_ZFILE, 0);
    subpacket("y\0" "5", 4, ZM_ZCRCW, 0);
    expect_sent(ZM_ZSKIP);
    hex_header(ZM_ZFIN, 0);
    feed("OOstart hello", 13);
    assert_int_equal(z.status, ZMODEM_DONE);
    assert_string_equal(file_name, "dir/x.app");
    assert_int_equal(file_length, 300);
}

static void leaves_what_follows_the_session(void **state)
{
    (void)state;
    use_crc32 = true;
    begin_file();
    bin_header(ZM_ZDATA, 0);
    subpacket(pattern, 300, ZM_ZCRCE, 0);
    bin_header(ZM_ZEOF, 300);
    hex_header(ZM_ZFIN, 0);
    assert_int_equal(zmodem_input(&z, (const uint8_t *)"OOps", 4), 2);
}

static void small_talk(void **state)
{
    (void)state;
    expect_sent(ZM_ZRINIT);
    feed("rz\r", 3);
    hex_header(ZM_ZFREECNT, 0);
    assert_int_equal(expect_sent(ZM_ZACK), 0xffffffff);
    hex_header(ZM_ZCHALLENGE, 0x12345678);
    assert_int_equal(expect_sent(ZM_ZACK), 0x12345678);
    use_crc32 = false;
    hex_header(ZM_ZSTDERR, 0);
    subpacket("hello", 5, ZM_ZCRCW, 0);
    hex_header(ZM_ZRINIT, 0);           /* an echo of our own */
    expect_silence();
    hex_header(ZM_ZNAK, 0);
    expect_sent(ZM_ZRINIT);
    use_crc32 = true;
    bin_header(ZM_ZFILE, 0);
    subpacket(info, sizeof(info), ZM_ZCRCW, 0);
    expect_sent(ZM_ZRPOS);
}

/* Whatever comes in: no byte outside the buffers, and an end within bounds when the line falls silent. */
static void random_bytes(void **state)
{
    static const uint8_t likely[] = "**\x18\x18" "ABChijklm0123456789abcdef\r\x8a\x11";

    (void)state;
    srand(2);
    for (int round = 0; round < 300; round++) {
        setup(state);
        for (int i = 0; i < 3000 && z.status == ZMODEM_RUNNING; i++) {
            uint8_t byte = rand() % 4 ? likely[rand() % (int)(sizeof(likely) - 1)] : (uint8_t)rand();
            zmodem_input(&z, &byte, 1);
            assert_true(z.in.length <= ZM_SUBPACKET_MAX && z.in.raw_length <= sizeof(z.in.raw));
            sent_length = sent_seen = 0;
        }
        for (int i = 0; i <= ZMODEM_MAX_START_QUIET && z.status == ZMODEM_RUNNING; i++)
            zmodem_timeout(&z);
        assert_int_not_equal(z.status, ZMODEM_RUNNING);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(crc16, setup),
        cmocka_unit_test_setup(crc32, setup),
        cmocka_unit_test_setup(data_after_hex_header, setup),
        cmocka_unit_test_setup(repeats_after_crc_error, setup),
        cmocka_unit_test_setup(overlapping_and_missing_data, setup),
        cmocka_unit_test_setup(damaged_headers, setup),
        cmocka_unit_test_setup(long_subpackets, setup),
        cmocka_unit_test_setup(oversized_subpacket, setup),
        cmocka_unit_test_setup(too_many_restarts, setup),
        cmocka_unit_test_setup(damage_that_lengthens, setup),
        cmocka_unit_test_setup(too_many_errors, setup),
        cmocka_unit_test_setup(silence_before_anything, setup),
        cmocka_unit_test_setup(silence_in_the_middle, setup),
        cmocka_unit_test_setup(silence_at_the_end, setup),
        cmocka_unit_test_setup(cancellations, setup),
        cmocka_unit_test_setup(refusals, setup),
        cmocka_unit_test_setup(size_field, setup),
        cmocka_unit_test_setup(second_file_is_skipped, setup),
        cmocka_unit_test_setup(leaves_what_follows_the_session, setup),
        cmocka_unit_test_setup(small_talk, setup),
        cmocka_unit_test_setup(random_bytes, setup),
    };

    for (size_t i = 0; i < sizeof(pattern); i++)
        pattern[i] = (uint8_t)(i * 7);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
