# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""The console itself: commands, line editing, history, errors, scripts."""
import os
import re
import time

import pytest

from kata import PROMPT

COMMANDS = """? builtins bundles capscan clear echo help install keys kvdelete kvread kvwrite loglevel mdebug mldebug mstats packages ps
source shutdown sleep start state_mlcoord status stop uninstall""".split()


def test_help_lists_the_commands(console):
    for command in ("?", "help"):
        names = [line.split()[0] for line in console.run(command).splitlines()[1:] if line]
        assert names == sorted(names)
        assert set(COMMANDS) <= set(names)


@pytest.mark.parametrize("command", ["builtins", "packages"])
def test_builtins(console, command):
    files = dict(re.findall(r"^(\S+) (\d+)$", console.run(command), re.M))
    assert {f"{name}.app" for name in ("hello", "fibonacci", "keyval", "logtest", "panic", "suicide", "timer")} <= set(files)
    assert all(int(size) > 0 for size in files.values())


@pytest.mark.parametrize("command, text", [
    ("frobnicate", "unknown command"),
    ("kvread", "invalid arguments"),
    ("sleep soon", "invalid arguments"),
    ("start nobody", "start failed: BundleNotFound"),
    ("stop nobody", "stop failed: BundleNotFound"),
    ("uninstall nobody", "uninstall failed: BundleNotFound"),
    ("status nobody", "status failed: BundleNotFound"),
    ("install nothing.app", "not found"),
    ("capscan nobody", "BundleNotFound"),
    ("loglevel loud", "Unknown log level loud"),
    ('echo "open', "missing closing quote"),
    ("kvread nobody key", "Read key failed"),
    ("source nothing.repl", "not found"),
    ("start nothing.app", "start failed: BundleNotFound"),
    ("install", "install failed: "),
])
def test_errors_are_said(console, command, text):
    assert text in console.run(command)


def test_echo_and_quoting(console):
    assert console.run('echo one "two  three" \\"four').splitlines()[-1] == 'one two  three "four'


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n"])
def test_line_ends_give_one_prompt_each(console, end):
    console.send(f"echo mark{end}echo mark{end}")
    time.sleep(1)
    console.send("echo done\r")
    console.expect("\ndone\r\nKATA> ")
    assert console.child.before.count("KATA> ") == 2


def edited(console, keys):
    """What a line of keys means, by an echo command."""
    return console.run(keys).splitlines()[-1]


def test_line_editing(console):
    assert edited(console, "echo abc\x7f\x08de") == "ade"
    assert edited(console, "cho x\x01e") == "x"
    assert edited(console, "echo abd\x02c") == "abcd"
    assert edited(console, "echo ad\x1b[Db\x1b[Cc\x1b[D\x1b[3~") == "abd"
    assert edited(console, "echo one two\x17three") == "one three"
    assert edited(console, "echo abcd\x02\x02\x0b") == "ab"
    assert edited(console, "junk\x15echo ok") == "ok"
    assert edited(console, "echo ab\x02\x04c") == "ac"
    console.send("junk\x03")               # gives the line up: a new prompt at once
    console.child.expect_exact("junk^C\r\n" + PROMPT)


def test_history(console):
    console.run("echo first")
    console.run("echo second")
    assert edited(console, "\x10") == "second"
    assert edited(console, "\x10\x10") == "first"
    assert edited(console, "\x1b[A\x1b[A\x1b[B") == "first"
    assert edited(console, "echo new\x10\x0e") == "new"


def test_bell_and_bad_lines(console):
    console.send("\x08")
    console.expect("\x07")
    console.run("")
    os.write(console.child.child_fd, b"echo \xff\r")
    console.child.expect_exact(PROMPT)
    assert "bad character encoding" in console.child.before
    assert "line too long" in console.run("echo " + "x" * 300)
    assert edited(console, "echo " + "y" * 240) == "y" * 240


def test_scripts(console):
    quiet = console.run("source -q builtins.repl", timeout=60)
    assert 'Bundle "hello" started.' in quiet and "\nstart hello\n" not in quiet
    assert 'Bundle "timer" uninstalled.' in quiet
    loud = console.run("source builtins.repl", timeout=60)
    assert "\nstart hello\n" in loud


def test_start_installs_builtins(console):
    """As in the original's later tree, a built-in bundle can be started at once."""
    before = console.mstats()
    console.start("hello")
    console.stop("hello")
    console.uninstall("hello")
    assert console.mstats() == before


def test_results(console):
    assert edited(console, "echo $?") == "0"
    console.run("start nobody")
    assert edited(console, "echo result $?") == "result 1"
    console.run("frobnicate")
    assert edited(console, 'echo "$?" \\$?') == "3 $?"
    console.run("sleep soon")
    assert edited(console, "echo $?") == "2"


def test_completion(console):
    assert edited(console, "ech\tx") == "x"
    console.send("start logt\t")
    console.child.expect_exact("start logtest ")
    console.send("\x15kv\t")
    console.child.expect_exact("kvdelete  kvread  kvwrite  \r\n" + PROMPT + "kv")
    console.send("\x15start qq\t")
    console.child.expect_exact("\x07")
    console.run("\x15")
    assert "Unknown" not in console.run("loglevel i\t")


def test_top(console):
    """Processor time of each thread: an application that never waits gets its budget, and no more."""
    console.start("spin")
    shares = dict(re.findall(r"^(\S+) +(?:service|application)? +\d+ +(\d+\.\d)$", console.run("top 2"), re.M))
    assert 20 < float(shares["spin"]) < 60, shares
    assert {"uart_driver", "supervisor", "process_manager", "debug_console"} <= set(shares)
    assert abs(sum(map(float, shares.values())) - 100) < 5
    console.send("top\r")
    console.expect("process_manager/spin")
    console.expect("process_manager/spin")              # it goes on
    console.send("q")                                   # until a key, which is not part of the next line
    console.child.expect_exact(PROMPT)
    assert edited(console, "echo on") == "on"
    console.stop("spin")
    console.uninstall("spin")


def test_source_options(console):
    assert "builtins.repl: not a script" not in console.run("source -q -e builtins.repl", timeout=60)
    assert "hello.app: not a script" in console.run("source hello.app")
    assert "invalid arguments: source" in console.run("source -x builtins.repl")
    console.send("source builtins.repl\r")
    console.expect("sleep 1000")
    console.send("\x03")
    console.expect(r"sleep failed: interrupted\r\nbuiltins.repl:\d+: interrupted\r\n" + PROMPT)
    console.stop("fibonacci")
    console.uninstall("fibonacci")


def test_sleep_ends_with_control_c(console):
    start = time.monotonic()
    console.send("sleep 60000\r")
    time.sleep(0.3)
    console.send("\x03")
    console.expect("sleep failed: interrupted")
    console.child.expect_exact(PROMPT)
    assert time.monotonic() - start < 10
    console.send("sleep 500\recho kept\r")        # other keys wait for their turn
    console.child.expect_exact("\r\nkept\r\n" + PROMPT)


@pytest.mark.parametrize("command", ["test_timer_blocking 2000000000", "test_log 4000000000"])
def test_test_commands_end_with_control_c(console, command):
    if "test_alloc" not in console.run("help"):
        pytest.skip("release build")
    console.send(command + "\r")
    time.sleep(0.3)
    console.send("\x03")
    console.expect(f"{command.split()[0]} failed: interrupted\r\n")
    console.child.expect_exact(PROMPT)
    assert edited(console, "echo on") == "on"


def test_sleep_sleeps(console):
    start = time.monotonic()
    console.run("sleep 700")
    assert 0.6 < time.monotonic() - start < 5


def test_keys(console):
    console.install("hello")
    assert "Write key" in console.run("kvwrite hello colour deep blue")
    assert console.run("kvread hello colour").splitlines()[-1] == str(list(b"deep blue"))
    assert "Write key" in console.run("kvwrite hello Zoo " + "x" * 101)
    assert console.run("keys hello").splitlines()[-2:] == ["Zoo 101", "colour 9"]
    assert "Write key failed: KeyInvalid" in console.run("kvwrite hello " + "k" * 64 + " value")
    assert 'Delete key "colour".' in console.run("kvdelete hello colour")
    assert "Read key failed: KeyNotFound" in console.run("kvread hello colour")
    console.uninstall("hello")


def test_log_level(console):
    assert console.run("loglevel").splitlines()[-1] == "info"
    console.install("logtest")
    console.run("loglevel off")
    console.start("logtest")
    assert "ping" not in console.collect(1)
    console.run("loglevel info")
    console.uninstall("logtest")


def test_no_device_yet(console):
    assert "answer" not in console.run("state_mlcoord")
    assert "unknown command" not in console.run("mdebug")


debug_commands = pytest.mark.parametrize("command, text", [
    ("test_alloc", "All tests passed!"),
    ("test_obj_alloc", "Batch alloc ok: 9 objects\nkata_object_alloc_in_cnode ok: 4 objects\n"),
    ("test_mailbox", "Test mailbox OK."),
    ("scecho one two", "one two"),
    ("test_timer_blocking 100", "Timer completed."),
    ("test_timer_async 3 50", "Timer 3 started."),
    ("sleep 200", ""),
    ("test_timer_completed", "Timers completed: 0b00000000000000000000000000001000"),
    ("test_timer_async 32 50", "NoSuchTimer"),
    ("test_mlexecute hello model", "failed"),
    ("test_uart", "Success!"),
    ("size_buffer nobody", "BundleNotFound"),
])


@debug_commands
def test_test_commands(console, command, text):
    if "test_alloc" not in console.run("help"):
        pytest.skip("release build")
    assert text in console.run(command)


def test_objects_are_counted_while_others_end(console):
    """What the test command compares are the console's own figures: an application that ends meanwhile does not matter."""
    if "test_obj_alloc" not in console.run("help"):
        pytest.skip("release build")
    console.install("suicide")
    for n in range(5):
        console.send(f"start suicide\rtest_obj_alloc\recho done{n}\r")
        console.expect(f"All tests passed!(?s:.*)\ndone{n}\r\n{PROMPT}", timeout=60)
    console.uninstall("suicide")


def test_uart_loses_nothing(console):
    if "test_alloc" not in console.run("help"):
        pytest.skip("release build")
    output = console.run("test_uart")
    assert "\n" + "ok" * 256 + "\n" + "no" * 257 + "\n" in output


def test_malloc_and_mfree(console):
    if "test_alloc" not in console.run("help"):
        pytest.skip("release build")
    before = console.mstats()
    match = re.search(r"Allocated 3 pages at slot (\d+)", console.run("test_malloc 9000"))
    assert match and console.mstats() != before
    assert f"Free'd 3 pages at slot {match[1]}" in console.run(f"test_mfree {match[1]}")
    assert console.mstats() == before
