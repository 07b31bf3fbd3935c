/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors
 *
 * The whole console on the host, over fake services: what it prints, what it asks for, and that it cleans up.
 */
#include "console.h"
#include "fake.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

union scratch scratch;

static int setup(void **state)
{
    (void)state;
    fake_reset();
    return 0;
}

/* Executes a line and returns what the console wrote. */
static const char *say(const char *text)
{
    char *line = strdup(text);

    fake.output_length = 0;
    execute(line);
    console_flush();
    fake.output[fake.output_length] = '\0';
    free(line);
    return fake.output;
}

#define EXPECT(line, text) assert_string_equal(say(line), text)

static void expect_part(const char *line, const char *part)
{
    if (strstr(say(line), part) == NULL)
        fail_msg("%s: '%s' is not in '%s'", line, part, fake.output);
}

static void unknown_and_invalid(void **state)
{
    (void)state;
    EXPECT("", "");
    EXPECT("  # nothing", "");
    EXPECT("frobnicate x", "unknown command: frobnicate\n");
    EXPECT("kvread a", "invalid arguments: kvread\nusage: kvread BUNDLE KEY\n");
    EXPECT("sleep soon", "invalid arguments: sleep\nusage: sleep MILLISECONDS\n");
    EXPECT("install -x", "invalid arguments: install\nusage: install [-z | FILE]\n");
    EXPECT("echo \"x", "missing closing quote\n");
    EXPECT("echo 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20", "too many words\n");
}

static void help_is_sorted(void **state)
{
    char names[96][32];
    int n = 0;

    (void)state;
    say("help");
    for (char *line = strtok(fake.output, "\n"); line != NULL; line = strtok(NULL, "\n"))
        sscanf(line, "%31s", names[n++]);
    assert_true(n > 40);
    for (int i = 1; i < n; i++)
        assert_true(strcmp(names[i - 1], names[i]) < 0);
    EXPECT("?", say("help"));
}

static void bundle_life(void **state)
{
    (void)state;
    EXPECT("builtins", "hello.app 19\n");
    EXPECT("packages", "hello.app 19\n");
    EXPECT("bundles", "");
    EXPECT("status", "");
    EXPECT("install nothing", "nothing: not found\n");
    EXPECT("install hello.app", "Collected 19 bytes of data, crc32 797131fe\nBundle \"hello\" installed\n");
    EXPECT("install hello", "install failed: BundleFound\n");
    EXPECT("status hello", "hello: Stopped\n");
    EXPECT("start hello", "Bundle \"hello\" started.\n");
    EXPECT("start nobody", "start failed: BundleNotFound\n");
    EXPECT("bundles", "hello\n");
    EXPECT("status", "hello: Running\n");
    EXPECT("stop hello", "Bundle \"hello\" stopped.\n");
    EXPECT("uninstall hello", "Bundle \"hello\" uninstalled.\n");
    EXPECT("uninstall hello", "uninstall failed: BundleNotFound\n");
    EXPECT("stop hello", "stop failed: BundleNotFound\n");
    EXPECT("status hello", "status failed: BundleNotFound\n");
}

/* A built-in bundle can be started at once; the line says what was started, no more. */
static void start_installs(void **state)
{
    (void)state;
    EXPECT("start hello", "Bundle \"hello\" started.\n");
    EXPECT("bundles", "hello\n");
    EXPECT("packages", "hello.app 19\n");
    say("stop hello");
    say("uninstall hello");
    fake.end_error = 0x100 + 7;
    expect_part("start hello", "start failed: ");
    EXPECT("bundles", "");
    fake.end_error = 0;
    fake_archive_add("dir/other.app", "xy", 2);
    say("install dir/other.app");
    EXPECT("packages", "hello.app 19\ndir/other.app 2\nother 2\n");
    EXPECT("install", "Collected 8192 bytes of data, crc32 d8f49994\nBundle \"blank\" installed\n");
}

static void results(void **state)
{
    (void)state;
    say("echo");
    EXPECT("echo $?", "0\n");
    say("start nobody");
    EXPECT("echo $?", "1\n");
    say("sleep soon");
    say("# nothing");
    EXPECT("echo $? \\$?", "2 $?\n");
    say("frobnicate");
    EXPECT("echo \"was $?\"", "was 3\n");
    say("echo \"");
    EXPECT("echo $?", "2\n");
    expect_part("instret start nobody", "instructions: ");
    EXPECT("echo $?", "1\n");
}

static void sleep_can_be_interrupted(void **state)
{
    (void)state;
    EXPECT("sleep 250", "");
    assert_int_equal(fake.slept_ms, 250);
    fake.input = "ec\x03";
    EXPECT("sleep 1000", "sleep failed: interrupted\n");
    assert_int_equal(fake.slept_ms, 250);
    fake.input = "\r";
    console_read_line("");
    console_flush();
    fake.input = "echo kept\r";
    EXPECT("sleep 1000", "");
    assert_int_equal(fake.slept_ms, 1250);
    assert_string_equal(console_read_line(""), "echo kept");
    static char flood[400];
    memset(flood, 'x', sizeof(flood) - 1);
    flood[398] = '\r';
    fake.input = flood;
    EXPECT("sleep 100", "");                 /* more than the console keeps: it waits without reading */
    assert_null(console_read_line(""));
    console_flush();
    EXPECT("sleep 4294967295", "invalid arguments: sleep\nusage: sleep MILLISECONDS\n");
}

/* Services that refuse to serve for a while: nobody waits for ever, and half a list is not taken for all of it. */
static void refusals_are_said(void **state)
{
    (void)state;
    say("install hello");
    fake.refused = true;
    EXPECT("sleep 250", "sleep failed: ServiceRestarted\n");
    EXPECT("test_timer_blocking 250", "test_timer_blocking failed: ServiceRestarted\n");
    EXPECT("top", "top failed: ServiceRestarted\n");
    EXPECT("top 3", "top failed: ServiceRestarted\n");
    EXPECT("bundles", "get_running_bundles failed: ServiceRestarted\n");
    EXPECT("status", "status failed: ServiceRestarted\n");
    EXPECT("packages", "hello.app 19\npackages failed: ServiceRestarted\n");
    expect_part("ps", "\nps failed: ServiceRestarted\n");
    EXPECT("echo $?", "1\n");
}

static void sums(void **state)
{
    (void)state;
    EXPECT("add 1.5 2.25", "3.75\n");
    EXPECT("add -1 0.999999", "-0.000001\n");
    EXPECT("add 1000000000 -0.5", "999999999.5\n");
    EXPECT("add 1 2", "3.0\n");
    expect_part("add x 1", "invalid arguments: add\n");
    expect_part("add . 1", "invalid arguments: add\n");
    expect_part("add 99999999999999999999999 1", "invalid arguments: add\n");
    expect_part("add 1.0000001 1", "invalid arguments: add\n");
}

static const char *typed(const char *keys)
{
    fake.output_length = 0;
    fake.input = keys;
    char *line = console_read_line("> ");
    console_flush();
    fake.output[fake.output_length] = '\0';
    return line;
}

static void completion(void **state)
{
    (void)state;
    assert_string_equal(typed("unin\thel\t\r"), "uninstall hello ");
    assert_string_equal(typed("kvr\thello key\r"), "kvread hello key");
    assert_string_equal(typed("kv\t\r"), "kv");
    assert_string_equal(fake.output, "> kv\nkvdelete  kvread  kvwrite  \n> kv\n");
    assert_string_equal(typed("install h\t\r"), "install hello.app ");
    assert_string_equal(typed("loglevel d\t\r"), "loglevel debug ");
    assert_string_equal(typed("loglevel sec\t\tw\t\r"), "loglevel security_coordinator warn ");
    assert_string_equal(typed("frob x\t\r"), "frob x");
    assert_non_null(strchr(fake.output, '\a'));
    assert_string_equal(typed("start zz\t\r"), "start zz");
    assert_string_equal(typed("start x\x02h\t\r"), "start hello x");
    fake_archive_add("help.app", "x", 1);
    assert_string_equal(typed("start h\tl\t\r"), "start hello ");
    assert_string_equal(typed("start h\t\t\r"), "start hel");
    assert_non_null(strstr(fake.output, "hello  help  \n> start hel"));
}

static void how_it_ended(void **state)
{
    static const struct { uint32_t state[6]; const char *text; } cases[] = {
        {{3, 0xffffffff, 0, 0, 0, 0}, "Exited (code -1)"},
        {{4, 0, seL4_Fault_VMFault, 15, 0x10020, 0}, "Faulted (cause VMFault store, pc 0x10020, address 0x0)"},
        {{4, 0, seL4_Fault_VMFault, 12, 0x44, 0x44}, "Faulted (cause VMFault fetch, pc 0x44, address 0x44)"},
        {{4, 0, seL4_Fault_UserException, 2, 0x10020, 0}, "Faulted (cause UserException illegal instruction, pc 0x10020, address 0x0)"},
        {{4, 0, seL4_Fault_UserException, 999, 0, 0}, "Faulted (cause UserException exception, pc 0x0, address 0x0)"},
        {{4, 0, seL4_Fault_UnknownSyscall, 0xfffffffe, 8, 0}, "Faulted (cause UnknownSyscall -2, pc 0x8, address 0x0)"},
        {{4, 0, seL4_Fault_CapFault, 0, 8, 7}, "Faulted (cause CapFault, pc 0x8, address 0x7)"},
        {{4, 0, 77, 0, 8, 7}, "Faulted (cause fault 77, pc 0x8, address 0x7)"},
        {{9, 0, 0, 0, 0, 0}, "unknown state"},
    };
    char expected[128];

    (void)state;
    say("install hello");
    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        memcpy(fake.bundles[0].state, cases[i].state, sizeof(cases[i].state));
        snprintf(expected, sizeof(expected), "hello: %s\n", cases[i].text);
        EXPECT("status hello", expected);
    }
}

static void lives(void **state)
{
    (void)state;
    say("install hello");
    EXPECT("start hello one \"two words\"", "Bundle \"hello\" started.\n");
    assert_int_equal(fake.args_n, 14);
    assert_memory_equal(fake.args, "one\0two words\0", 14);
    EXPECT("suspend hello", "Bundle \"hello\" suspended.\n");
    EXPECT("status hello", "hello: Suspended\n");
    EXPECT("resume hello", "Bundle \"hello\" resumed.\n");
    EXPECT("suspend nobody", "suspend failed: BundleNotFound\n");
    EXPECT("resume nobody", "resume failed: BundleNotFound\n");
    EXPECT("stop hello", "Bundle \"hello\" stopped.\n");
    EXPECT("ps", "APPLICATION          STATE     PRIORITY     BUDGET/PERIOD us       CPU us     MEMORY\n"
                 "worker               Suspended      120       2000/50000        5000000000      65536\n"
                 "hello                Stopped\n");
}

static void refused_images(void **state)
{
    (void)state;
    fake.end_error = 7 << 16 | 12;
    expect_part("install hello", "\ninstall failed: manifest line 12: not a number\n");
    fake.end_error = 0x100 + 7;
    expect_part("install hello", "\ninstall failed: ");
    assert_null(strstr(fake.output, "UnknownError"));
    fake.end_error = 0;
    fake.data_limit = 10;
    fake.data_error = 2;
    EXPECT("install hello", "install failed: PackageBufferLenInvalid\n");
    assert_int_equal(fake.session.id[0], 0);    /* aborted */
    fake_archive_add("deep/er.app", "x", 1);
    fake.data_limit = 100;
    expect_part("install deep/er.app", "Bundle \"er\" installed\n");
    EXPECT("install a-name-that-is-much-longer-than-the-sixty-three-bytes-of-a-bundle-id", "a-name-that-is-much-longer-than-the-sixty-three-bytes-of-a-bundle-id: not found\n");
}

static void keys(void **state)
{
    (void)state;
    EXPECT("kvread hello k", "Read key failed: KeyNotFound\n");
    EXPECT("kvwrite hello k one  two", "Write key \"k\".\n");
    EXPECT("kvread hello k", "[111, 110, 101, 32, 116, 119, 111]\n");
    EXPECT("keys hello", "k 7\n");
    EXPECT("kvdelete hello k", "Delete key \"k\".\n");
    EXPECT("keys hello", "");
    EXPECT("kvread hello k", "Read key failed: KeyNotFound\n");
    EXPECT("kvwrite b k " "123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890"
           "123456789012345678901234567890123456789", "Write key failed: ValueInvalid\n");
    fake.key_error = 28;
    EXPECT("kvwrite hello k v", "Write key failed: the flash is full\n");
    fake.key_error = 32;
    EXPECT("kvwrite hello k v", "Write key failed: the bundle has as many keys as it may have\n");
    fake.key_error = 35;
    EXPECT("keys hello", "keys failed: the security core does not answer\n");
    fake.key_error = 37;
    EXPECT("keys hello", "keys failed: UnknownError\n");
}

static void services(void **state)
{
    (void)state;
    EXPECT("mstats", "1000 bytes in-use, 2000 bytes free, 3000 bytes requested, 40 overhead\n5 objs in-use, 6 objs requested\n"
           "  debug_console: 0 bytes, 0 objs, 2 allocations\n  store: 4096 bytes, 1 objs, 2 allocations (quota 9000)\n"
           "  store/hello: 8192 bytes, 2 objs, 2 allocations\n");
    loglevel_init();
    assert_int_equal(fake.log_level, 3);
    EXPECT("loglevel", "info\n");
    EXPECT("loglevel trace", "trace\n");
    assert_int_equal(fake.log_level, 5);
    EXPECT("loglevel loud", "Unknown log level loud\n");
    EXPECT("loglevel security_coordinator warn", "security_coordinator warn\ntrace\n");
    EXPECT("loglevel nobody warn", "Unknown component nobody\n");
    EXPECT("loglevel nobody loud", "Unknown log level loud\n");
    fake.lost = 7;
    EXPECT("loglevel", "security_coordinator warn\nsdk_runtime trace, 7 lines lost\ntrace\n");
    fake.lost = 0;
    EXPECT("loglevel info", "info\n");
    EXPECT("dmesg", "x::line 0\nx::line 1\nx::line 2\n");
    static const char *const all[] = {"console", "mailbox", "memory", "mlcoord", "process", "sdk", "security", "timer", "uart"};
    for (int i = 0; i < 9; i++) {
        char line[32];
        snprintf(line, sizeof(line), "capscan -k %s", all[i]);
        EXPECT(line, "");
        assert_int_equal(fake.scans, i + 1);
    }
    EXPECT("capscan -k supervisor", "capscan failed: CapScanFailed\n");
    EXPECT("capscan nobody", "capscan failed: BundleNotFound\n");
    EXPECT("capscan -k nobody", "capscan failed: BundleNotFound\n");
    EXPECT("capscan timer", "capscan failed: BundleNotFound\n");      /* an archive without the table */
    static const char table[] = "component slot\ntimer_service   1  timer_ep\ntimer_service   -  device\nuart_driver 1 x\ntimer_servicex 2 y\nlast 1 z";
    fake_archive_add("authority.txt", table, sizeof(table) - 1);
    EXPECT("capscan timer", "1  timer_ep\n-  device\n");
    EXPECT("capscan uart_driver", "1 x\n");
    EXPECT("capscan last", "1 z");
    expect_part("capscan -k", "invalid arguments: capscan\n");
    expect_part("capscan timer uart", "invalid arguments: capscan\n");
    say("install hello");
    EXPECT("capscan hello", "capscan failed: BundleNotRunning\n");
    say("start hello");
    expect_part("capscan hello", "call SDKRuntime\n");
    EXPECT("mdebug", "");
    EXPECT("state_mlcoord", "");
    EXPECT("echo a \"b  c\"", "a b  c\n");
    EXPECT("echo", "\n");
    EXPECT("clear", "\033c");
}

static void supervision(void **state)
{
    (void)state;
    EXPECT("services", "service               state     prio  restarts  overruns  processor us\n"
                       "uart_driver           refusing  250         3         0   12345678901\n"
                       "supervisor            running   254         2         0   12345678901\n");
    EXPECT("test_kill uart_driver", "");
    assert_int_equal(fake.death, 1);
    EXPECT("test_kill uart_driver 250", "");
    assert_int_equal(fake.death, 250);
    EXPECT("test_crash uart_driver", "");
    assert_int_equal(fake.death, -1);
    EXPECT("test_kill nobody", "test_kill failed: NoSuchService\n");
    EXPECT("test_crash nobody", "test_crash failed: NoSuchService\n");
    EXPECT("test_kill uart_driver 100000", "test_kill failed: BadArgument\n");
    EXPECT("test_kill uart_driver soon", "invalid arguments: test_kill\nusage: test_kill SERVICE [AFTER_US]\n");
}

static void top(void **state)
{
    static const char screen[] =
        "THREAD                KIND         PRIORITY   CPU %\n"
        "uart_driver           service           250    25.0\n"
        "supervisor            service           254     0.1\n"
        "worker                application       120    50.0\n"
        "(idle)                                    0    24.9\n"
        "OWNER                     MEMORY     QUOTA\n"
        "debug_console                  0         0\n"
        "store                       4096      9000\n"
        "store/hello                 8192     18000\n";
    char twice[2 * sizeof(screen)];

    (void)state;
    snprintf(twice, sizeof(twice), "%s%s", screen, screen);
    EXPECT("top 2", twice);
    fake.input = "x";
    EXPECT("top 1", screen);            /* a key is kept */
    EXPECT("top", "");                  /* and ends this one */
    fake.input = "\x03";
    EXPECT("top 5", "");
    fake.input = "\r";
    console_read_line("");
    console_flush();
    expect_part("top 0", "invalid arguments: top\n");
}

static void shutdown_codes(void **state)
{
    (void)state;
    say("shutdown");
    assert_int_equal(*(volatile uint32_t *)power, 0x5555);
    say("shutdown 7");
    assert_int_equal(*(volatile uint32_t *)power, 7u << 16 | 0x3333);
    expect_part("shutdown 256", "invalid arguments: shutdown\n");
}

static void test_commands(void **state)
{
    (void)state;
    expect_part("test_alloc", "All tests passed!\n");
    EXPECT("test_alloc_error", "test_alloc_error failed: memory allocation error\n");
    expect_part("test_obj_alloc", "kata_object_alloc_in_cnode ok: 4 objects\n");
    assert_int_equal(fake.moves, 3);
    expect_part("test_obj_alloc", "All tests passed!\n");
    assert_int_equal(fake.frames, 0);
    expect_part("test_malloc 5000", "Allocated 2 pages at slot ");
    int slot = atoi(strstr(fake.output, "slot ") + 5);
    char line[32];
    snprintf(line, sizeof(line), "test_mfree %d 1", slot);
    EXPECT(line, "mfree failed: an allocation goes as a whole\n");
    snprintf(line, sizeof(line), "test_mfree %d 2", slot);
    expect_part(line, "Free'd 2 pages at slot ");
    expect_part(line, "mfree failed: nothing was allocated there\n");
    EXPECT("test_malloc 9999999", "malloc failed: the console has no slots for so many pages\n");
    EXPECT("test_malloc 229376", "malloc failed: AllocFailed\n");
    EXPECT("test_timer_async 3 100", "Timer 3 started.\n");
    EXPECT("test_timer_blocking 5", "Timer completed.\n");
    EXPECT("test_log 3", "");
    fake.input = "\x03";
    EXPECT("test_log 4294967295", "test_log failed: interrupted\n");
    assert_in_range(fake.log_lines, 3, 1000);
    fake.log_lines = 0;
    fake.input = "\r";
    console_read_line("");
    console_flush();
    fake.input = "\x03";
    EXPECT("test_timer_blocking 2147483647", "test_timer_blocking failed: interrupted\n");
    fake.input = "\r";
    console_read_line("");
    console_flush();
    EXPECT("test_timer_completed", "Timers completed: 0b00000000000000000000000000001000\n");
    EXPECT("test_timer_completed", "Timers completed: 0b00000000000000000000000000000000\n");
    EXPECT("test_timer_async 32 5", "test_timer_async failed: NoSuchTimer\n");
    EXPECT("test_mailbox", "Test mailbox failed.\n");
    EXPECT("test_mlexecute b m", "test_mlexecute failed: NoDevice\n");
    EXPECT("test_mlcancel b m", "Cancelled b m\n");
    EXPECT("scecho hello  world", "hello world\n");
    EXPECT("get_manifest b", "[Manifest]\nBundleId=b\n");
    EXPECT("size_buffer b", "size_buffer failed: BundleNotFound\n");
    say("install hello");
    EXPECT("size_buffer hello", "Size buffer: 19\n");
    EXPECT("load_application hello", "Loaded 19 bytes, crc32 797131fe\n");
    EXPECT("load_model b m", "load_model failed: LoadModelFailed\n");
    EXPECT("test_log 5", "");
    assert_int_equal(fake.log_lines, 5);
    expect_part("test_uart", "okok\nno");
    assert_int_equal(fake.output_length, strlen("testing...\n") + 513 + 515 + strlen("Success!\n"));
}

static void scripts(void **state)
{
    char long_line[300];

    (void)state;
    fake_archive_add("a.repl", "echo one\r\n\n# remark\nfrobnicate\necho two", 39);
    fake_archive_add("loop.repl", "source -q loop.repl\n", 20);
    memset(long_line, 'x', sizeof(long_line));
    fake_archive_add("long.repl", long_line, sizeof(long_line));
    fake_archive_add("stop.repl", "echo 1\nfrobnicate\necho 2\n", 25);
    EXPECT("source -q -e stop.repl a.repl", "1\nunknown command: frobnicate\nstop.repl:2: stopped\n");
    EXPECT("echo $?", "1\n");
    EXPECT("source -q stop.repl", "1\nunknown command: frobnicate\n2\n");
    EXPECT("echo $?", "0\n");
    fake.input = "typed ahead\x03\r";
    EXPECT("source -q stop.repl", "1\nstop.repl:1: interrupted\n");
    EXPECT("source -q stop.repl", "1\nstop.repl:1: interrupted\n");    /* until the next prompt */
    console_read_line("");
    console_flush();
    fake_archive_add("binary", "\0\1text", 6);
    EXPECT("source binary", "binary: not a script\n");
    EXPECT("source -q a.repl", "one\nunknown command: frobnicate\ntwo\n");
    EXPECT("source a.repl", "echo one\none\n\n# remark\nfrobnicate\nunknown command: frobnicate\necho two\ntwo\n");
    EXPECT("source nothing.repl", "nothing.repl: not found\n");
    EXPECT("source -q loop.repl", "source failed: scripts are nested too deeply\n");
    EXPECT("source -q long.repl a.repl", "line too long\none\nunknown command: frobnicate\ntwo\n");
    expect_part("source -q", "invalid arguments: source\n");
    fake.output_length = 0;
    script_run_if_present("a.repl");
    script_run_if_present("b.repl");
    console_flush();
    assert_memory_equal(fake.output, "one\nunknown", 11);
}

static void damaged_archive(void **state)
{
    (void)state;
    memset((void *)(uintptr_t)cpio_archive, 0xff, 512);
    EXPECT("builtins", "cpio error\n");
    EXPECT("install hello", "cpio error\n");
}

static void reads_lines(void **state)
{
    char *line;

    (void)state;
    fake.input = "echo 1\r\necho 2\necho\x08\x08\x08\x08" "bad \xff\n\x10\r";
    assert_string_equal(line = console_read_line("KATA> "), "echo 1");
    assert_string_equal(line = console_read_line("KATA> "), "echo 2");
    assert_null(console_read_line("KATA> "));
    assert_string_equal(line = console_read_line("KATA> "), "echo 2");
    console_flush();
    fake.output[fake.output_length] = '\0';
    assert_non_null(strstr(fake.output, "KATA> echo 1\nKATA> echo 2\nKATA> "));
    assert_non_null(strstr(fake.output, "bad character encoding\nKATA> echo 2\n"));
}

/* ---- zmodem with the real sender ------------------------------------------------------------------------------------ */

static char path[] = "/tmp/debug_console_test.XXXXXX";

static void make_file(size_t size)
{
    FILE *f = fopen(path, "wb");

    for (size_t i = 0; i < size; i++)
        fputc((int)(i * 31 >> 3), f);
    fclose(f);
}

static void start_program(const char *program, const char *folder)
{
    int to[2], from[2];

    assert_int_equal(pipe(to) | pipe(from), 0);
    fake.kill_pid = fork();
    if (fake.kill_pid == 0) {
        dup2(to[0], 0);
        dup2(from[1], 1);
        for (int fd = 2; fd < 64; fd++)
            close(fd);
        if (strcmp(program, "sz") == 0)
            execlp("sz", "sz", "-q", "-b", path, NULL);
        else if (chdir(folder) == 0)
            execlp("rz", "rz", "-q", "-b", "-y", NULL);
        _exit(127);
    }
    close(to[0]);
    close(from[1]);
    fake.line_from = from[0];
    fake.line_to = to[1];
}

static void start_sender(void)
{
    start_program("sz", NULL);
}

static void stop_sender(void)
{
    close(fake.line_from);
    close(fake.line_to);
    fake.line_from = fake.line_to = -1;
    waitpid(fake.kill_pid, NULL, 0);
}

static void installs_over_the_line(void **state)
{
    char expected[128];

    (void)state;
    make_file(65536);
    start_sender();
    say("install -z");
    stop_sender();
    assert_false(fake.raw);
    snprintf(expected, sizeof(expected), "Bundle \"%s\" installed\n", strrchr(path, '/') + 1);
    assert_non_null(strstr(fake.output, "\nReceived 65536 bytes of data, crc32 "));
    assert_non_null(strstr(fake.output, expected));
    assert_int_equal(fake.bundles[0].size, 65536);
    for (size_t i = 0; i < 65536; i++)
        assert_int_equal(fake.bundles[0].image[i], (uint8_t)(i * 31 >> 3));
    start_sender();
    expect_part("install -z", "install failed: BundleFound\n");
    stop_sender();
    start_sender();
    expect_part("rz", "size: 65536, crc32: ");
    stop_sender();
}

static void killed_sender_leaves_nothing(void **state)
{
    (void)state;
    make_file(1 << 20);      /* more than the pipe holds */
    start_sender();
    fake.kill_after = 30000;
    expect_part("install -z", "install failed: the other side went silent\n");
    stop_sender();
    assert_false(fake.raw);
    assert_int_equal(fake.session.id[0], 0);
    start_sender();
    expect_part("install -z", "installed\n");
    stop_sender();
}

static void refused_transfer(void **state)
{
    (void)state;
    make_file(65536);
    fake.data_limit = 20000;
    fake.data_error = 11;
    start_sender();
    expect_part("install -z", "install failed: InstallFailed\n");
    stop_sender();
    assert_false(fake.raw);
    assert_int_equal(fake.session.id[0], 0);
}

/* What arrives is the file; log lines of the meantime are none of it. */
static void sends_files_back(void **state)
{
    char folder[] = "/tmp/debug_console_rz.XXXXXX";
    char text[256] = "";

    (void)state;
    assert_non_null(mkdtemp(folder));
    static const char *const names[] = {"hello.app", "log", "other"};
    static const char *const files[] = {"hello.app", "log", "other.app"};
    static const char *const contents[] = {"not really a bundle", "x::line 0\nx::line 1\nx::line 2\n", "another one"};
    fake_archive_add("dir/other.app", contents[2], 11);
    say("install dir/other.app");
    for (int i = 0; i < 3; i++) {
        snprintf(text, sizeof(text), "sz %s", names[i]);
        start_program("rz", folder);
        expect_part(text, "\nSent ");
        stop_sender();
        assert_false(fake.raw);
        snprintf(text, sizeof(text), "%s/%s", folder, files[i]);
        FILE *f = fopen(text, "rb");
        assert_non_null(f);
        memset(text, 0, sizeof(text));
        assert_true(fread(text, 1, sizeof(text) - 1, f) > 0);
        fclose(f);
        assert_string_equal(text, contents[i]);
        snprintf(text, sizeof(text), "%s/%s", folder, files[i]);
        unlink(text);
    }
    rmdir(folder);
    EXPECT("sz nothing", "nothing: not found\n");
    fake.input = "\x03";
    expect_part("sz hello.app", "sz failed: interrupted\n");
    assert_false(fake.raw);
    expect_part("sz hello.app", "sz failed: the other side went silent\n");
}

static void interrupted_before_the_transfer(void **state)
{
    (void)state;
    fake.input = "\x03";
    expect_part("install -z", "install failed: interrupted\n");
    assert_false(fake.raw);
    expect_part("install -z", "install failed: the other side went silent\n");
}

/* Any line: no crash, no byte outside. */
static void random_lines(void **state)
{
    static const char *const words[] = {"install", "start", "hello", "kvwrite", "\"a b\"", "-z", "-q", "source", "status", "0x7", "99999999999",
                                        "\\", "\"", "test_malloc", "test_mfree", "load_application", "uninstall", "stop", "echo", "#"};
    char line[257];

    (void)state;
    srand(4);
    for (int i = 0; i < 3000; i++) {
        line[0] = '\0';
        for (int n = rand() % 6; n > 0; n--) {
            strcat(line, words[rand() % 20]);
            strcat(line, " ");
        }
        if (strstr(line, "-z") == NULL)
            say(line);
    }
}

static int open_file(void **state)
{
    (void)state;
    signal(SIGPIPE, SIG_IGN);
    return close(mkstemp(path));
}

static int remove_file(void **state)
{
    (void)state;
    fake_reset();
    return unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(unknown_and_invalid, setup),
        cmocka_unit_test_setup(help_is_sorted, setup),
        cmocka_unit_test_setup(bundle_life, setup),
        cmocka_unit_test_setup(start_installs, setup),
        cmocka_unit_test_setup(results, setup),
        cmocka_unit_test_setup(sleep_can_be_interrupted, setup),
        cmocka_unit_test_setup(refusals_are_said, setup),
        cmocka_unit_test_setup(sums, setup),
        cmocka_unit_test_setup(completion, setup),
        cmocka_unit_test_setup(how_it_ended, setup),
        cmocka_unit_test_setup(lives, setup),
        cmocka_unit_test_setup(refused_images, setup),
        cmocka_unit_test_setup(keys, setup),
        cmocka_unit_test_setup(services, setup),
        cmocka_unit_test_setup(supervision, setup),
        cmocka_unit_test_setup(top, setup),
        cmocka_unit_test_setup(shutdown_codes, setup),
        cmocka_unit_test_setup(test_commands, setup),
        cmocka_unit_test_setup(scripts, setup),
        cmocka_unit_test_setup(damaged_archive, setup),
        cmocka_unit_test_setup(reads_lines, setup),
        cmocka_unit_test_setup(installs_over_the_line, setup),
        cmocka_unit_test_setup(sends_files_back, setup),
        cmocka_unit_test_setup(killed_sender_leaves_nothing, setup),
        cmocka_unit_test_setup(refused_transfer, setup),
        cmocka_unit_test_setup(interrupted_before_the_transfer, setup),
        cmocka_unit_test_setup(random_lines, setup),
    };

    return cmocka_run_group_tests(tests, open_file, remove_file);
}
