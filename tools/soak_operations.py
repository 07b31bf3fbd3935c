# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""The operations of tools/soak.py, each a function of the soak. They check the answers and note in the model what has changed; an
operation that a dying service may spoil gets no answer from soak.ask, and the model looks later."""
import os
import re
import time

import bundle           # tools/packer
import kata             # tests/system
import malform          # tools/packer
from soak_model import KEYS, Bundle

CALM, SLOW, DEBUG = 1, 2, 4     # only while nobody dies; takes seconds; needs a debug build

QUIET = ("hello", "suicide", "panic", "exitcode", "overflow", "logtest", "args", "pong", "ping")
BUSY = ("fibonacci", "timer", "keyval", "crash-breakpoint", "crash-illegal", "crash-jump", "crash-kernel", "crash-syscall", "crash-writetext",
        "capabuse", "spin", "flood", "memory", "large", "hostile", "ping", "pong")
NAMES_NOT_THERE = ("nobody", "a" * 63, "a" * 64, "a" * 200, "..", "-", "x/y", '"q q"', "\\\\", "%s%n", "hello.app")
WORDS = ("", "#", '"', "\\", "x" * 500, "x " * 30, "\x15", "\x1b[A\x15", "\x00\x01\x02", "\xff\xfe", "kvread", "install --",
         "start " + "n" * 480, "instret " * 19, "loglevel loud", "sleep -1", "source x", "shutdown 256", "install /", "capscan x", "sz nobody",
         "test_kill supervisor", "test_kill nobody", "test_kill", "test_crash supervisor", "test_mfree 3", "test_malloc 0", "suspend", "resume x y z")
ARGUMENTS = ("1", "2", "one", '"two words"', '""', "x=1", "forever", "-", "\\\\", "y" * 100, "z" * 240)
MAX_INSTALLED, MAX_ALLOCATIONS = 8, 8


def any_installed(s):
    names = sorted(s.model.installed)
    return s.random.choice(names) if names and s.random.random() < 0.97 else s.random.choice(NAMES_NOT_THERE)


def bundle_file(s, name, data):
    path = os.path.join(s.folder, name + ".app")
    with open(path, "wb") as file:
        file.write(data)
    return path


def random_bundle(s):
    """A small program that ends at once, with sections of random sizes at random places."""
    sections = [bundle.Section(malform.TEXT, bundle.READ | bundle.EXECUTE | bundle.ENTRY, malform.exit_program(), entry=malform.TEXT)]
    at = malform.TEXT + bundle.PAGE
    for _ in range(s.random.randrange(4)):
        at += s.random.randrange(5) * bundle.PAGE + s.random.randrange(bundle.PAGE)
        data = s.random.randbytes(s.random.choice((0, 1, 100, 4096, 30000)))
        msize = max(1, len(data) + s.random.choice((0, 0, 1, 5000)))
        sections.append(bundle.Section(at, s.random.choice((1, 3)), data, msize=msize))
        at = (at + msize + bundle.PAGE) & -bundle.PAGE
    return bundle.image(bundle.chain(sections))


# ---- packages ----

def judge_install(s, name, output):
    if name in s.model.installed:
        s.judge(output, "install failed: (BundleFound|DeleteFirst)", name)
    elif s.judge(output, f'Bundle "{name}" installed', name):
        s.model.installed[name] = Bundle()


def full(s, name):
    return len(s.model.installed) >= MAX_INSTALLED and name not in s.model.installed


def install_builtin(s):
    heavy = s.random.random() < 0.5
    name = s.random.choice([n for n in (BUSY if heavy else QUIET) if n in s.builtins])
    if not full(s, name):
        judge_install(s, name, s.run(f"install {name}.app"))


def install_sent(s):
    name = f"sent{s.random.randrange(10)}"
    if not full(s, name):
        judge_install(s, name, s.send(bundle_file(s, name, random_bundle(s))))


def send_malformed(s):
    name, message, data = s.random.choice(s.malformed)
    words = re.escape(message) + ("|signed with an unknown key" if name.startswith("sign") else "")
    s.judge(s.send(bundle_file(s, "malformed", data)), f"install failed: ({words})", "malformed")


def send_and_kill(s):
    data = malform.sized(s.random.randrange(20000, 200000))
    output = s.send(bundle_file(s, "killed", data), kill_after=s.random.randrange(len(data) * 9 // 10))
    s.judge(output, f"install failed: {kata.SILENT}", "killed")


def interrupt_transfer(s):
    s.history.append("install -z, ctrl-c")
    s.console.send("install -z\r")
    s.console.child.expect_exact("ctrl-c gives up.", timeout=60)
    s.console.send("\x03")
    s.console.child.expect_exact(kata.PROMPT, timeout=60)
    assert "install failed: interrupted" in s.console.child.before


def send_back(s):
    """The log, or a bundle of the archive, over the line to the host. The log loses its first lines to what is logged meanwhile."""
    name = s.random.choice(("log", "hello.app", "pong.app"))
    s.history.append(f"sz {name}, received")
    s.judge(s.console.receive_file(name, s.folder), "Sent " + ("|sz failed: ended before the end" if name == "log" else ""))


def uninstall(s):
    name = any_installed(s)
    known = s.model.installed.get(name)
    if known is None:
        s.ask(f"uninstall {name}", "uninstall failed: |invalid arguments", name)
        return
    answer = f'Bundle "{name}" uninstalled\\.' + ("|BundleRunning" if known.life == "started" else "")
    match = s.ask(f"uninstall {name}", "BundleRunning" if known.life == "suspended" else answer, name)
    if match and match[0] != "BundleRunning":
        del s.model.installed[name]


# ---- lives ----

def start(s):
    """NoMemory: the machine has less than all that the large applications could have together."""
    name = any_installed(s)
    known = s.model.installed.get(name)
    words = [s.random.choice(ARGUMENTS) for _ in range(s.random.choice((0, 0, 1, 2, 5)))]
    if name == "ping":
        words = [str(s.random.randrange(1, 4))]
    if known is None:
        s.ask(f"start {name}", "failed: Bundle|invalid arguments|unknown command" if name != "hello.app" else "failed: ", name)
        return
    known.words += tuple(words)
    answer = f'Bundle "{name}" started\\.|start failed: (the arguments are too long|NoMemory|DeserializeError)|(line too long)'
    match = s.ask(" ".join(["start", name, *words]), answer, name)
    if match and match[0].startswith("Bundle") and known.life != "suspended":
        known.shaken = known.shaken and known.life == "started"
        known.life = "started"
    elif match and match[1] and known.life == "started":
        s.model.doubt(name)         # the end of the last life is forgotten


def stop(s):
    name = any_installed(s)
    known = s.model.installed.get(name)
    if s.ask(f"stop {name}", f'Bundle "{name}" stopped\\.' if known else "", name) and known:
        known.life = "stopped"


def suspend(s):
    change_life(s, "suspend", "suspended")


def resume(s):
    change_life(s, "resume", "resumed")


def change_life(s, command, past):
    name = any_installed(s)
    known = s.model.installed.get(name)
    done = f'Bundle "{name}" {past}\\.'
    if known is None:
        s.ask(f"{command} {name}", "", name)
    elif known.life == "stopped":
        s.ask(f"{command} {name}", "BundleNotRunning", name)
    elif known.life == "suspended":
        if s.ask(f"{command} {name}", done, name) and command == "resume":
            known.life = "started"
    else:
        match = s.ask(f"{command} {name}", done + "|BundleNotRunning", name)
        if match and match[0] != "" and command == "suspend" and match[0].startswith("Bundle \""):
            known.life = "suspended"


def status(s):
    name = any_installed(s)
    known = name in s.model.installed and not s.model.doubts(name)
    match = s.ask(f"status {name}", rf"^{re.escape(name)}: (.*)$" if known else "")
    if match and known:
        s.model.check_life(name, match[1])


# ---- keys, memory, timers ----

def keys(s):
    name, key = any_installed(s), s.random.choice(KEYS)
    known = s.model.installed.get(name)
    if known is None:
        s.ask(f"kvread nobody {key}", "failed: ")
        return
    what = s.random.choice(("kvread", "kvwrite", "kvdelete", "keys"))
    if what == "keys":
        if not s.disturbed and not any(s.model.doubts((name, key)) for key in KEYS):
            listed = re.findall(r"^(key\d) (\d+)$", s.run(f"keys {name}"), re.M)
            assert s.disturbed or listed == [(key, str(len(value))) for key, value in sorted(known.keys.items())], f"{listed}, not {known.keys}"
        return
    if what == "kvread":
        if not s.disturbed and not s.model.doubts((name, key)):
            s.model.reread_key(name, key, exact=True)
        return
    value = s.random.choice("abcdef") * s.random.randrange(1, 90) if what == "kvwrite" else None
    s.model.tried.setdefault((name, key), set()).add(value)
    if s.ask(f"{what} {name} {key} {value or ''}".rstrip(), f'{what[2:].capitalize()} key "{key}"\\.', (name, key)):
        known.keys.pop(key, None)
        if value is not None:
            known.keys[key] = value


def allocate(s):
    if s.model.allocations and s.random.random() < 0.5 or len(s.model.allocations) == MAX_ALLOCATIONS:
        slot = s.model.allocations.pop(s.random.randrange(len(s.model.allocations)))
        s.ask(f"test_mfree {slot}", "Free'd")
        return
    match = s.ask(f"test_malloc {s.random.choice((1, 4096, 10000, 100000))}", r"Allocated \d+ pages at slot (\d+)|malloc failed: (AllocFailed|the console)")
    if match and match[1]:
        s.model.allocations.append(int(match[1]))


def allocate_objects(s):
    s.ask("test_obj_alloc", "All tests passed!|test_obj_alloc failed: AllocFailed")


def timers(s):
    s.ask(f"test_timer_async {s.random.randrange(20)} {s.random.choice((1, 10, 1000, 100000))}", r"Timer \d+ started|TimerAlreadyExists")
    s.ask("test_timer_completed", "Timers completed: 0b[01]{32}")


# ---- console and log ----

def look(s):
    command, answer = s.random.choice((
        ("bundles", ""), ("status", ""), ("builtins", "hello.app"), ("mstats", "bytes in-use"), ("mdebug", ""), ("ps", "PRIORITY"),
        ("packages", "hello.app"), ("services", "supervisor +running"), ("mldebug", ""), ("dmesg", ""),
        ("capscan uart", ""), ("capscan process", ""), ("capscan timer", ""), ("capscan sdk", ""), ("?", "uninstall"),
        ("loglevel", "info|debug|trace"), ("echo some words", "some words")))
    s.ask(command, answer)


def log(s):
    command = s.random.choice(("loglevel sdk_runtime warn", "loglevel sdk_runtime info", "loglevel trace", "loglevel info", "test_log 50",
                               "test_log 300"))
    s.ask(command if s.debug or not command.startswith("test") else "dmesg", "")


def wait(s):
    s.ask(f"sleep {s.random.choice((0, 1, 10, 100, 400))}", "")


def nonsense(s):
    s.run(s.random.choice(WORDS))


def hostile_name(s):
    command = s.random.choice(("start", "stop", "status", "uninstall", "capscan", "suspend", "resume", "kvread x"))
    s.run(f"{command} {s.random.choice(NAMES_NOT_THERE)}")


def typed_ahead(s):
    """Several lines at once, while applications print."""
    n = s.random.randrange(2, 6)
    s.history.append(f"{n} lines typed ahead")
    s.console.send("".join(f"echo ahead{i}\r" for i in range(n)))
    for i in range(n):
        s.console.child.expect(rf"\nahead{i}\r\n", timeout=60)
        s.console.child.expect_exact(kata.PROMPT, timeout=60)


def listen(s):
    """The console is left alone while applications run and print; then it must answer."""
    s.history.append("listen")
    s.console.collect(s.random.random() / 2)


def stall(s):
    """Nobody reads for a while, until the line is full; then everything comes, and the console goes on."""
    s.history.append("stall")
    s.console.send("".join(f"help\recho stalled{i}\r" for i in range(5)))
    time.sleep(1)
    for i in range(5):
        s.console.child.expect(rf"\nstalled{i}\r\n", timeout=60)
    s.console.child.expect_exact(kata.PROMPT, timeout=60)


OPERATIONS = (
    (install_builtin, 14, 0), (install_sent, 3, 0), (send_malformed, 3, 0), (send_and_kill, 0.5, SLOW | CALM), (interrupt_transfer, 0.5, SLOW | CALM),
    (send_back, 1, CALM), (uninstall, 6, 0), (start, 18, 0), (stop, 7, 0), (suspend, 5, 0), (resume, 5, 0), (status, 6, 0), (keys, 10, 0),
    (allocate, 4, DEBUG | CALM), (allocate_objects, 1, DEBUG | CALM), (timers, 3, DEBUG), (look, 6, 0), (log, 2, 0), (wait, 2, 0), (nonsense, 3, 0),
    (hostile_name, 3, 0), (typed_ahead, 3, CALM), (listen, 2, 0), (stall, 0.5, SLOW | CALM))

# What keeps a service busy, so that it dies in the middle of it.
LIVES = (start, stop, start, uninstall, install_builtin, suspend, resume)
WORK = {
    "uart_driver": (look, log, install_sent), "timer_service": (wait, timers, start), "memory_manager": (start, stop, install_builtin, uninstall),
    "security_coordinator": (install_builtin, install_sent, keys, uninstall, start), "sdk_runtime": (start, stop, suspend, resume, listen),
    "process_manager": LIVES, "debug_console": (install_builtin, install_sent, look),
}
