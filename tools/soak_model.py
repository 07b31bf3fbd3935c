# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""What tools/soak.py knows about the bundles of the system, and what their states may be."""
import re
import time

# How an application ends that nobody disturbs. "": it runs for ever. Those that are not here exit with code 7.
VMFAULT, EXIT = r"Faulted \(cause VMFault", r"Exited \(code %s\)"
ENDS = {
    "hello": "", "fibonacci": "", "pong": "", "spin": "", "flood": "",
    "suicide": VMFAULT + " store", "overflow": VMFAULT + " store", "panic": EXIT % 101, "exitcode": EXIT % 42,
    "crash-breakpoint": "Faulted .*breakpoint", "crash-illegal": "Faulted .*illegal", "crash-jump": VMFAULT + " fetch",
    "crash-kernel": VMFAULT + " load", "crash-syscall": "Faulted .*UnknownSyscall", "crash-writetext": VMFAULT + " store",
    "capabuse": EXIT % 0 + "|Faulted", "logtest": EXIT % 0, "keyval": EXIT % 0, "timer": EXIT % 0, "memory": EXIT % 0, "large": EXIT % 0,
    "args": EXIT % r"\d", "ping": EXIT % "(0|101)", "hostile": EXIT % "(0|101)",
}
# What may not happen to one either when a service dies under it: a call that waits never fails, others fail with an error.
NEVER = {"hello": EXIT % 2 + "|Faulted", "fibonacci": EXIT % 1 + "|Faulted", "pong": "Exited|Faulted", "spin": "Exited|Faulted",
         "flood": "Exited|Faulted"}
WORKS = ("fibonacci", "spin", "flood")  # for ever
FAULTS = ("suicide", "overflow", "crash", "capabuse")
STATUS = re.compile(r"^([\w.-]+): (Stopped|Running|Suspended|Exited \(code -?\d+\)|Faulted \(.*\))$", re.M)
KEYS = [f"key{i}" for i in range(6)]


class Bundle:
    """An installed one."""

    def __init__(self):
        self.keys = {}                  # name -> value
        self.life = "stopped"           # or started, suspended
        self.shaken = False             # a service has died since it was started
        self.words = ()                 # arguments of all starts


class Model:
    def __init__(self, soak):
        self.soak = soak
        self.installed = {}             # bundle id -> Bundle
        self.allocations = []           # slots of test_malloc
        self.doubted = set()            # bundle ids, and (bundle id, key)
        self.tried = {}                 # (bundle id, key) -> values that may have been written

    def doubt(self, what):
        """what: a bundle id, (bundle id, key), or None."""
        if what is not None:
            self.doubted.add(what)

    def doubts(self, what):
        return what in self.doubted or isinstance(what, tuple) and what[0] in self.doubted

    def shake(self):
        """A service has died."""
        for bundle in self.installed.values():
            bundle.shaken = True

    def status(self):
        output = self.soak.run("status")
        return dict(STATUS.findall(output))

    # ---- the life of an application ----

    def check_life(self, name, status):
        bundle = self.installed[name]
        if bundle.life == "stopped":
            expected = "Stopped"
        elif bundle.life == "suspended":
            expected = "Suspended"
        else:
            end = ENDS.get(name, EXIT % 7)
            expected = "Running|" + end if end else "Running"
            if bundle.shaken:
                never = NEVER.get(name, "" if name.startswith(FAULTS) else "Faulted")
                assert not (never and re.match(never, status)), f"{name}: {status}"
                expected += "|Exited|Faulted"
        assert re.match(f"(?:{expected})", status), f"{name}, {bundle.life}: {status}"

    def adopt(self, name, status):
        """Whatever it is, it is right."""
        bundle = self.installed[name]
        bundle.life = {"Stopped": "stopped", "Suspended": "suspended"}.get(status, "started")
        bundle.shaken = True

    def wait_for_ends(self, timeout=120):
        """Whoever has an end comes to it."""
        end = time.monotonic() + timeout
        while late := [name for name, status in self.status().items()
                       if status == "Running" and ENDS.get(name, "it has") and "forever" not in self.installed[name].words]:
            assert time.monotonic() < end, f"{late} do not end"
            time.sleep(0.05)

    def processor_times(self):
        return dict(re.findall(r"^(\S+) +Running +\d+ +\d+/\d+ +(\d+) +\d+$", self.soak.run("ps"), re.M))

    def see_work(self):
        """Whoever works for ever does."""
        before = self.processor_times()
        self.soak.run("sleep 500")
        after = self.processor_times()
        for name in WORKS:
            assert name not in before or int(after[name]) > int(before[name]), f"{name} has used {before[name]} us, later {after[name]} us"

    # ---- looking what there is ----

    def read_key(self, name, key):
        match = self.soak.ask(f"kvread {name} {key}", r"^\[([\d, ]+)\]$|Read key failed: KeyNotFound")
        return bytes(int(byte) for byte in match[1].split(", ")).decode() if match[1] else None

    def reread_key(self, name, key, exact):
        bundle = self.installed[name]
        value = self.read_key(name, key)
        possible = {bundle.keys.get(key), *self.tried.get((name, key), ())} | (set() if exact else {None})
        assert value in possible, f"{key} of {name} is {value}, not one of {possible}"
        bundle.keys.pop(key, None)
        if value is not None:
            bundle.keys[key] = value

    def read(self):
        """Compares what there is with what is known; what was in doubt is known from now on."""
        found = self.status()
        in_doubt = {what for what in self.doubted if isinstance(what, str)}
        assert set(found) ^ set(self.installed) <= in_doubt, f"installed: {sorted(found)}, not {sorted(self.installed)}"
        for name in set(self.installed) - set(found):
            del self.installed[name]
        for name, status in found.items():
            self.installed.setdefault(name, Bundle())
            if name in in_doubt:
                self.adopt(name, status)
            self.check_life(name, status)
        for name in sorted(found):
            self.read_keys(name, name in in_doubt)
        self.doubted.clear()
        self.tried.clear()

    def read_keys(self, name, whole_bundle):
        bundle = self.installed[name]
        doubted = {what[1] for what in self.doubted if what[0] == name and what[1] in KEYS}
        if whole_bundle:
            doubted |= set(bundle.keys)
        for key in sorted(doubted):
            self.reread_key(name, key, exact=not whole_bundle)
        others = sorted(set(bundle.keys) - doubted)
        if others:
            self.reread_key(name, self.soak.random.choice(others), exact=True)
