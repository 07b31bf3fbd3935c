#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""Random use of a running system in which one service after the other dies, in batches: every answer of the console is checked
against what is known about the system, and after a batch everything is stopped and uninstalled, all services run, as often
restarted as they were killed, and the memory figures are those of the beginning, to the byte.

  soak.py [--seed N] [--operations N] [--minutes M]      QEMU_COMMAND as make sets it (make soak SEED=N OPERATIONS=N)

The seed is printed first; the same seed does the same operations, but for what deaths in the middle of one make of it. Ends
after so many operations or minutes, whichever comes first. Exits with 1 at the first wrong answer or silence, after the last
operations and the end of the transcript. soak_operations.py has the operations, soak_model.py what is known, soak_deaths.py
the deaths."""
import argparse
import os
import random
import re
import sys
import tempfile
import time

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
for folder in ("tools", "tests/system", "tools/packer"):
    sys.path.insert(0, os.path.join(TOP, folder))
import kata                             # noqa: E402  (tests/system)
import malform                          # noqa: E402  (tools/packer)
from soak_deaths import Deaths          # noqa: E402
from soak_model import Model            # noqa: E402
from soak_operations import CALM, DEBUG, OPERATIONS, SLOW, WORK   # noqa: E402

DEATH_RATE = 0.12                       # of the operations
LIVENESS_RATE = 0.15                    # of the batches end with a look whether applications get on


class Soak:
    """A running system, and what is known about it. slow: with operations that take seconds."""

    def __init__(self, seed, folder, slow=True):
        self.random = random.Random(seed)
        self.folder = folder
        self.slow = slow
        self.history = []
        self.count = {}
        self.malformed = list(malform.corpus())
        self.console = kata.Console(command=kata.accepting_unsigned(kata.qemu_command(), folder))     # takes what is made here
        self.builtins = re.findall(r"^(\S+)\.app \d+$", self.console.run("builtins"), re.M)
        self.debug = "test_kill" in self.console.run("help")
        self.model = Model(self)
        self.deaths = Deaths(self)

    # ---- asking the console ----

    @property
    def disturbed(self):
        """A service is about to die, or has died and nobody has looked yet what became of the operation."""
        return self.deaths.due is not None

    def since(self, mark):
        return "".join(self.console.log[mark:]).replace("\r\n", "\n")

    def run(self, command, timeout=60):
        """Executes a command; returns what was printed meanwhile."""
        self.history.append(command)
        if not self.disturbed:
            return self.console.run(command, timeout)
        mark = len(self.console.log)
        self.console.send(command + "\r")
        self.console.settle(timeout)
        return self.since(mark)

    def ask(self, command, answer, touches=None):
        """Executes a command that must give the answer (a regular expression). Returns the match; None when a service is dying: it may
        give another answer then, and whatever it touches is in doubt."""
        output = self.run(command)
        return self.judge(output, answer, touches)

    def judge(self, output, answer, touches=None):
        match = re.search(answer, output, re.M)
        if not self.disturbed:
            assert match, f"not {answer!r}: {output}"
            return match
        known = not self.model.doubts(touches)
        self.model.doubt(touches)
        assert match or not known or self.deaths.excuses(output), f"not {answer!r}, although only {self.deaths.due} dies: {output}"
        return None

    def send(self, path, **options):
        self.history.append(f"send {os.path.basename(path)} {os.path.getsize(path)} {options}")
        if not self.disturbed:
            return self.console.send_file(path, **options)
        mark = len(self.console.log)
        try:
            self.console.send_file(path, timeout=15, **options)
        except (AssertionError, kata.pexpect.TIMEOUT, OSError):
            self.console.send("\x03\x03")
        self.console.settle(60)
        return self.since(mark)

    # ---- batches ----

    def allowed(self, flags):
        return not (flags & SLOW and not self.slow or flags & DEBUG and not self.debug or flags & CALM and self.disturbed)

    def operation(self):
        """One operation that is no death. Who is dying preferably has to do with it."""
        operations, weights = zip(*[(function, weight) for function, weight, flags in OPERATIONS if self.allowed(flags)])
        function = self.random.choices(operations, weights)[0]
        work = [function for function in WORK.get(self.deaths.due, ()) if function in operations]
        if work and self.random.random() < 0.7:
            function = self.random.choice(work)
        function(self)
        self.note(function.__name__)

    def note(self, name):
        self.count[name] = self.count.get(name, 0) + 1

    @property
    def operations(self):
        return sum(self.count.values())

    def one(self):
        if self.debug and self.random.random() < DEATH_RATE:
            self.deaths.one()
        else:
            self.operation()

    def clean(self):
        """Everything is stopped and uninstalled; nothing is left."""
        for slot in self.model.allocations:
            self.ask(f"test_mfree {slot}", "Free'd")
        self.model.allocations.clear()
        for name in sorted(self.model.installed):
            self.ask(f"stop {name}", f'Bundle "{name}" stopped.')
        for name in sorted(self.model.installed):
            self.ask(f"uninstall {name}", f'Bundle "{name}" uninstalled.')
        self.model.installed.clear()
        assert not re.search(r"^(?!bundles|\[|\w+::)\S+$", self.run("bundles"), re.M)

    def batch(self, first, operations):
        self.history = []
        end = self.operations + min(self.random.randrange(10, 40), operations)
        while self.operations < end:
            self.one()
        self.model.read()
        if self.random.random() < LIVENESS_RATE:
            self.model.see_work()
            self.model.wait_for_ends()
        self.clean()
        if self.debug:
            self.deaths.verify()
        figures = self.console.mstats()
        assert figures == first, f"the memory figures were {first} and are {figures}"
        self.console.log = self.console.log[-200:]

    def soak(self, end, operations=1 << 30):
        """Batches until the time is over or so many operations are done. Returns the number of batches."""
        batches, first = 0, self.console.mstats()
        told, start = 0, time.monotonic()
        while time.monotonic() < end and self.operations < operations:
            self.batch(first, operations - self.operations)
            batches += 1
            if self.operations - told >= 500:
                told = self.operations
                print(f"{told} operations, {self.deaths}, {(time.monotonic() - start) / 60:.1f} minutes", flush=True)
        return batches

    def complain(self, error):
        print("\n".join(["the last operations:", *self.history[-40:], "the end of the transcript:", self.console.transcript()[-6000:]]))
        print(f"\n{type(error).__name__}: {str(error)[:1500]}")
        print(f"after {self.operations} operations, {self.deaths}")


def main():
    parser = argparse.ArgumentParser(description="random use of a running system in which services die")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--operations", type=int, default=1 << 30)
    parser.add_argument("--minutes", type=float, default=1 << 30)
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        soak = Soak(options.seed, folder)
        try:
            batches = soak.soak(start + options.minutes * 60, options.operations)
        except (AssertionError, kata.pexpect.ExceptionPexpect) as error:
            soak.complain(error)
            return 1
        finally:
            soak.console.close()
    print(f"{soak.operations} operations in {batches} batches, {(time.monotonic() - start) / 60:.1f} minutes: all answered, "
          f"nothing leaked, no service lost\n{soak.deaths}")
    print(", ".join(f"{name} {n}" for name, n in sorted(soak.count.items())))
    return 0


if __name__ == "__main__":
    sys.exit(main())
