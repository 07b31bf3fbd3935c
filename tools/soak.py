#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""Random use of a running system, in batches: every answer of the console is checked, and after a batch everything is
stopped and uninstalled and the memory figures are those of the beginning, to the byte.

  soak.py [--seed N] [--minutes M]     QEMU_COMMAND and OUT as make sets them (make soak SEED=N MINUTES=M)

The seed is printed first; the same seed does the same operations. Exits with 1 at the first wrong answer or silence,
after the last operations and the end of the transcript."""
import argparse
import os
import random
import re
import sys
import tempfile
import time

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
for folder in ("tests/system", "tools/packer"):
    sys.path.insert(0, os.path.join(TOP, folder))
import bundle           # noqa: E402  (tools/packer)
import kata             # noqa: E402  (tests/system)
import malform          # noqa: E402  (tools/packer)

QUIET = ("hello", "suicide", "panic", "exitcode", "overflow", "logtest")
BUSY = ("fibonacci", "timer", "keyval", "crash", "capabuse", "spin", "flood")
NAMES_NOT_THERE = ("nobody", "a" * 63, "a" * 64, "a" * 200, "..", "-", "x/y", '"q q"', "\\\\", "%s%n", "hello.app")
WORDS = ("", "#", '"', "\\", "x" * 500, "x " * 30, "\x15", "\x1b[A\x15", "\x00\x01\x02", "\xff\xfe", "kvread", "install --",
         "start " + "n" * 480, "instret " * 19, "loglevel loud", "sleep -1", "source x", "shutdown 256", "install /", "capscan x")
MAX_INSTALLED = 8


class Soak:
    """What is known about the system, and the operations on it. An operation returns nothing and asserts its answer."""

    def __init__(self, seed, folder):
        self.random = random.Random(seed)
        self.folder = folder
        self.installed = {}             # bundle id -> its keys
        self.history = []
        self.malformed = list(malform.corpus())
        self.console = kata.Console()
        self.builtins = re.findall(r"^(\S+)\.app \d+$", self.console.run("builtins"), re.M)
        self.count = {}

    # ---- helpers ----

    def run(self, command, timeout=60):
        self.history.append(command)
        return self.console.run(command, timeout)

    def any_installed(self):
        return self.random.choice(sorted(self.installed)) if self.installed else self.random.choice(NAMES_NOT_THERE)

    def file(self, name, data):
        path = os.path.join(self.folder, name + ".app")
        with open(path, "wb") as file:
            file.write(data)
        return path

    def send(self, path, **options):
        self.history.append(f"send {os.path.basename(path)} {os.path.getsize(path)} {options}")
        return self.console.send_file(path, **options)

    def random_bundle(self):
        """A small program that ends at once, with sections of random sizes at random places."""
        sections = [bundle.Section(malform.TEXT, bundle.READ | bundle.EXECUTE | bundle.ENTRY, malform.exit_program(),
                                   entry=malform.TEXT)]
        at = malform.TEXT + bundle.PAGE
        for _ in range(self.random.randrange(4)):
            at += self.random.randrange(5) * bundle.PAGE + self.random.randrange(bundle.PAGE)
            data = self.random.randbytes(self.random.choice((0, 1, 100, 4096, 30000)))
            msize = max(1, len(data) + self.random.choice((0, 0, 1, 5000)))
            sections.append(bundle.Section(at, self.random.choice((1, 3)), data, msize=msize))
            at = (at + msize + bundle.PAGE) & -bundle.PAGE
        return bundle.image(bundle.chain(sections))

    # ---- operations ----

    def install_builtin(self):
        heavy = self.random.random() < 0.4
        name = self.random.choice([n for n in (BUSY if heavy else QUIET) if n in self.builtins])
        if len(self.installed) >= MAX_INSTALLED and name not in self.installed:
            return
        output = self.run(f"install {name}.app")
        if name in self.installed:
            assert re.search("install failed: (BundleFound|DeleteFirst)", output), output
        else:
            assert f'Bundle "{name}" installed' in output, output
            self.installed[name] = set()

    def install_sent(self):
        name = f"sent{self.random.randrange(10)}"
        if len(self.installed) >= MAX_INSTALLED and name not in self.installed:
            return
        output = self.send(self.file(name, self.random_bundle()))
        if name in self.installed:
            assert re.search("install failed: (BundleFound|DeleteFirst)", output), output
        else:
            assert f'Bundle "{name}" installed' in output, output
            self.installed[name] = set()

    def send_malformed(self):
        _, message, data = self.random.choice(self.malformed)
        output = self.send(self.file("malformed", data))
        assert f"install failed: {message}" in output, (message, output)

    def send_and_kill(self):
        data = malform.sized(self.random.randrange(20000, 200000))
        output = self.send(self.file("killed", data), kill_after=self.random.randrange(len(data) * 9 // 10))
        assert f"install failed: {kata.SILENT}" in output, output

    def interrupt_transfer(self):
        self.history.append("install -z, ctrl-c")
        self.console.send("install -z\r")
        self.console.child.expect_exact("ctrl-c gives up.", timeout=60)
        self.console.send("\x03")
        self.console.child.expect_exact(kata.PROMPT, timeout=60)
        assert "install failed: interrupted" in self.console.child.before

    def uninstall(self):
        name = self.any_installed()
        output = self.run(f"uninstall {name}")
        if name not in self.installed:
            assert "uninstall failed: " in output or "invalid arguments" in output, output
        elif "BundleRunning" not in output:
            assert f'Bundle "{name}" uninstalled.' in output, output
            del self.installed[name]

    def start(self):
        name = self.any_installed()
        output = self.run(f"start {name}")
        expected = f'Bundle "{name}" started.' if name in self.installed else "failed: Bundle"
        assert expected in output or name in NAMES_NOT_THERE, output

    def stop(self):
        name = self.any_installed()
        output = self.run(f"stop {name}")
        assert f'Bundle "{name}" stopped.' in output or name not in self.installed, output

    def status(self):
        name = self.any_installed()
        output = self.run(f"status {name}")
        if name in self.installed:
            assert re.search(rf"^{re.escape(name)}: (Stopped|Running|Exited|Faulted)", output, re.M), output

    def keys(self):
        name, key = self.any_installed(), f"key{self.random.randrange(6)}"
        if name not in self.installed:
            assert "failed: " in self.run(f"kvread nobody {key}")
            return
        keys = self.installed[name]
        what = self.random.choice(("kvread", "kvwrite", "kvdelete"))
        output = self.run(f"{what} {name} {key}" + (" value of it" if what == "kvwrite" else ""))
        if what == "kvread":
            assert ("[118, 97, 108" in output) == (key in keys), output
        else:
            assert f'{what[2:].capitalize()} key "{key}".' in output, output
            (keys.add if what == "kvwrite" else keys.discard)(key)

    def look(self):
        command, answer = self.random.choice((
            ("bundles", ""), ("status", ""), ("builtins", "hello.app"), ("mstats", "bytes in-use"), ("mdebug", ""), ("ps", ""),
            ("capscan uart", ""), ("capscan process", ""), ("capscan timer", ""), ("?", "uninstall"), ("loglevel", "info"),
            ("echo some words", "some words")))
        assert answer in self.run(command)

    def wait(self):
        self.run(f"sleep {self.random.choice((0, 1, 10, 100, 400))}")

    def nonsense(self):
        self.run(self.random.choice(WORDS))

    def hostile_name(self):
        name = self.random.choice(NAMES_NOT_THERE)
        command = self.random.choice(("start", "stop", "status", "uninstall", "capscan"))
        self.run(f"{command} {name}")

    def typed_ahead(self):
        """Several lines at once, while applications print."""
        n = self.random.randrange(2, 6)
        self.history.append(f"{n} lines typed ahead")
        self.console.send("".join(f"echo ahead{i}\r" for i in range(n)))
        for i in range(n):
            self.console.child.expect(rf"\nahead{i}\r\n", timeout=60)
            self.console.child.expect_exact(kata.PROMPT, timeout=60)

    def listen(self):
        """The console is left alone while applications run and print; then it must answer."""
        self.history.append("listen")
        self.console.collect(self.random.random())

    def stall(self):
        """Nobody reads for a while, until the line is full; then everything comes, and the console goes on."""
        self.history.append("stall")
        self.console.send("".join(f"help\recho stalled{i}\r" for i in range(5)))
        time.sleep(1)
        for i in range(5):
            self.console.child.expect(rf"\nstalled{i}\r\n", timeout=60)
        self.console.child.expect_exact(kata.PROMPT, timeout=60)

    OPERATIONS = ((install_builtin, 12), (start, 16), (stop, 8), (uninstall, 6), (keys, 6), (status, 6), (look, 6), (install_sent, 3),
                  (send_malformed, 3), (send_and_kill, 1), (interrupt_transfer, 1), (wait, 4), (nonsense, 3), (hostile_name, 3),
                  (typed_ahead, 4), (listen, 4), (stall, 1))

    # ---- batches ----

    def one(self):
        operations, weights = zip(*self.OPERATIONS)
        operation = self.random.choices(operations, weights)[0]
        operation(self)
        self.count[operation.__name__] = self.count.get(operation.__name__, 0) + 1

    def clean(self):
        """Everything is stopped and uninstalled; nothing is left."""
        for name in sorted(self.installed):
            assert f'Bundle "{name}" stopped.' in self.run(f"stop {name}")
        for name in sorted(self.installed):
            assert f'Bundle "{name}" uninstalled.' in self.run(f"uninstall {name}")
        self.installed.clear()
        assert not re.search(r"^(?!bundles|\[|\w+::)\S+$", self.run("bundles"), re.M)

    def batch(self, first):
        self.history = []
        for _ in range(self.random.randrange(10, 40)):
            self.one()
        self.clean()
        figures = self.console.mstats()
        assert figures == first, f"the memory figures were {first} and are {figures}"

    def soak(self, end, batches=None):
        """Batches until the time is over (and not more than so many). Returns their number."""
        done, first = 0, self.console.mstats()
        while time.monotonic() < end and done != batches:
            self.batch(first)
            self.console.log = self.console.log[-200:]
            done += 1
        return done

    def complain(self, error):
        print("\n".join(["the last operations:", *self.history[-40:], "the end of the transcript:", self.console.transcript()[-4000:]]))
        print(f"\n{type(error).__name__}: {str(error)[:1500]}")


def main():
    parser = argparse.ArgumentParser(description="random use of a running system")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=5)
    options = parser.parse_args()
    print(f"seed {options.seed}, {options.minutes} minutes", flush=True)
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        soak = Soak(options.seed, folder)
        try:
            batches = soak.soak(start + options.minutes * 60)
        except (AssertionError, kata.pexpect.ExceptionPexpect) as error:
            soak.complain(error)
            return 1
        finally:
            soak.console.close()
    print(f"{sum(soak.count.values())} operations in {batches} batches, {(time.monotonic() - start) / 60:.1f} minutes: all answered, "
          "nothing leaked")
    print(", ".join(f"{name} {n}" for name, n in sorted(soak.count.items())))
    return 0


if __name__ == "__main__":
    sys.exit(main())
