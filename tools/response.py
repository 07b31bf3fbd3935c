#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""The response-time table: instructions from a timer's interrupt to the application that waits for it (apps/c/response, priority
high), while another application (apps/c/flood, priority normal) floods one service after the other. Run by `make bench`; under
-icount, so that the figures repeat. $QEMU_COMMAND is the command of the system."""
import os
import re
import sys

import scripted

ICOUNT = ["-icount", "shift=0,sleep=off"]
SAMPLES = 30
FLOODS = [("", "nobody"), ("ping", "SDKRuntime"), ("timers", "TimerService"), ("keys", "SecurityCoordinator"), ("log", "UART driver (log)"),
          ("heap", "ProcessManager, MemoryManager")]
LINE = re.compile(r"^\[response\]::(\d+) samples, most (\d+), least (\d+), request (\d+)$", re.M)


def script():
    """The timer is started first: its deadlines are known whatever happens afterwards."""
    lines = ["install response.app", "install flood.app", "loglevel off", "loglevel info"]
    for kind, _ in FLOODS:
        lines += [f"start response {SAMPLES}"] + ([f"start flood {kind}"] if kind else []) + ["sleep 340"]
        lines += ["stop response"] + (["stop flood"] if kind else [])
    return lines + ["shutdown"]


def measure(command):
    """service -> (most, least)."""
    text = scripted.run_system(command, script(), ICOUNT, ["response", "flood"], timeout=400)
    found = LINE.findall(text)
    if len(found) != len(FLOODS):
        raise scripted.RunError(f"{len(found)} of {len(FLOODS)} measurements came back:\n" + text[-2000:])
    return {name: (int(most), int(least), int(request)) for (_, name), (_, most, least, request) in zip(FLOODS, found)}


def show(rows):
    print(f"\nresponse time: instructions from the interrupt of a timer to the application that waits for it, {SAMPLES} times,")
    print("while another application floods (both figures with the request's way to TimerService, at most what `request` says)")
    print(f"  {'flooded service':32}{'most':>10}{'least':>10}{'request':>10}")
    for name, figures in rows.items():
        print(f"  {name:32}" + "".join(f"{n:>10,}" for n in figures))


def main():
    try:
        show(measure(os.environ["QEMU_COMMAND"]))
    except (scripted.RunError, OSError, KeyError) as error:
        print(f"response.py: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
