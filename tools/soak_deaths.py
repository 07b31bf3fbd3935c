# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""The deaths of tools/soak.py: one service after the other is killed, now, by a fault, in the middle of its work, or so often that it
refuses calls for a while. The supervisor must have counted exactly these deaths."""
import re
import time

from soak_operations import WORK

SERVICES = ("uart_driver", "timer_service", "memory_manager", "mailbox_driver", "security_coordinator", "ml_coordinator", "sdk_runtime",
            "process_manager", "debug_console")
ON_THE_LINE = ("uart_driver", "debug_console")  # with these, output and commands are lost
ROW = re.compile(r"^(\w+) +(running|refusing) +(\d+) +(\d+) +(\d+) +(\d+)$", re.M)
LIMIT, WINDOW = 5, 61                           # deaths in so many seconds
EXCUSES = re.compile(r"failed: |failed$|failed\.|ServiceRestarted|not found|cpio error")


class Deaths:
    def __init__(self, soak):
        self.soak = soak
        self.times = {name: [] for name in SERVICES}
        self.restarts = {name: 0 for name in SERVICES}
        self.storms = self.in_work = 0
        self.due = None                         # who is about to die, or refuses

    def __str__(self):
        return (f"{sum(self.restarts.values())} deaths ({', '.join(f'{name} {n}' for name, n in self.restarts.items())}; {self.in_work} in the "
                f"middle of work, {self.storms} with refusal)")

    def excuses(self, output):
        """May an answer look like this while a service is dying? Nobody knows what is lost on the line; otherwise it says so."""
        return self.due in ON_THE_LINE or EXCUSES.search(output)

    # ---- what the supervisor says ----

    def rows(self, timeout=60):
        """name -> (state, restarts)"""
        end = time.monotonic() + timeout
        while True:
            mark = len(self.soak.console.log)
            self.soak.console.send("services\r")
            self.soak.console.settle(timeout)
            rows = {row[0]: (row[1], int(row[3])) for row in ROW.findall(self.soak.since(mark))}
            if len(rows) == len(SERVICES) + 1:
                return rows
            assert time.monotonic() < end, f"services: {rows}"

    def verify(self):
        rows = self.rows()
        for name in SERVICES:
            assert rows[name] == ("running", self.restarts[name]), f"{name} is {rows[name]}, killed {self.restarts[name]} times"

    # ---- dying ----

    def budget(self, name):
        now = time.monotonic()
        self.times[name] = [at for at in self.times[name] if now - at < WINDOW]
        return LIMIT - len(self.times[name])

    def died(self, name):
        self.restarts[name] += 1
        self.times[name].append(time.monotonic())
        self.soak.model.shake()
        if name == "debug_console":
            self.soak.model.allocations.clear()

    def command(self, text):
        self.soak.history.append(text)
        self.soak.console.send(text + "\r")
        self.soak.console.settle(2 * WINDOW)        # the driver may refuse to serve for the rest of the window

    def over(self):
        """Everybody lives: what was in doubt is looked at."""
        self.due = None
        self.verify()
        self.soak.model.read()

    def kill(self, name):
        self.command(f"test_kill {name}")
        self.died(name)
        self.over()
        self.soak.note("kill")

    def crash(self, name):
        self.command("test_panic" if name == "debug_console" and self.soak.random.random() < 0.5 else f"test_crash {name}")
        self.died(name)
        self.over()
        self.soak.note("crash")

    def doom(self, name):
        """It dies when it has used so much of the processor, in the middle of what is asked meanwhile; at the latest, afterwards."""
        rng = self.soak.random
        if self.budget(name) < 2:
            self.kill(name)
            return
        self.command(f"test_kill {name} {int(20 * 150 ** rng.random())}")
        self.soak.note("doom")
        self.due = name
        for _ in range(rng.randrange(2, 7)):
            self.soak.operation()
        if self.rows()[name][1] == self.restarts[name]:
            self.command(f"test_kill {name}")
        else:
            self.in_work += 1
        for _ in range(self.rows()[name][1] - self.restarts[name]):     # two, when it dies just before that
            self.died(name)
        self.over()

    def storm(self, name):
        """It dies too often, and refuses calls for the rest of the minute: everything goes on, with errors."""
        if self.times[name] and time.monotonic() - self.times[name][0] > WINDOW / 2:
            self.kill(name)         # the first death could be forgotten before the last
            return
        self.due = name
        while len(self.times[name]) < LIMIT + 1:
            self.command(f"test_kill {name}")
            self.died(name)
        self.restarts[name] -= 1
        self.soak.note("storm")
        self.storms += 1
        if name not in ON_THE_LINE:
            assert self.rows()[name][0] == "refusing"
            for _ in range(self.soak.random.randrange(3, 9)):
                self.soak.operation()
        self.wait_until_served(name)
        self.restarts[name] += 1
        self.over()

    def wait_until_served(self, name):
        end = time.monotonic() + WINDOW + 30
        while self.rows(90)[name][0] != "running":
            assert time.monotonic() < end, f"{name} does not serve again"
            time.sleep(1)
        self.times[name] = [time.monotonic()] * LIMIT

    def one(self):
        """A death of somebody who has not died too often yet."""
        rng = self.soak.random
        living = [name for name in SERVICES if self.budget(name) > 0]
        if not living:
            self.soak.operation()
            return
        name = rng.choice(living)
        dooms = 100 if name in WORK else 10
        rng.choices((self.kill, self.crash, self.doom, self.storm), (20, 15, dooms, 1 if self.soak.slow else 0))[0](name)
