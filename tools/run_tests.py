#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""Runs every kind of test and counts them. The last line is `N passed, M failed`; the exit code is 0 only if nothing failed
and something ran.

  run_tests.py --unit BINARY...            cmocka programs (host, sanitizers)
               --pytest DIR...             pytest folders (composer, packer, console conversations)
               --console DIR=OUT=COMMAND   a pytest folder against the build in OUT, which COMMAND boots
               --target NAME=COMMAND ...   programs on the target whose last line is `N passed, M failed`
"""
import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET

COUNT = re.compile(r"(\d+) passed, (\d+) failed")
RESULTS = []            # (suite, passed, failed, seconds)


def run(command, timeout, shell=False):
    """Output and exit code; a time-out is an exit code of its own."""
    try:
        done = subprocess.run(command, shell=shell, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=timeout)
        return done.stdout.decode("utf-8", "replace"), done.returncode
    except subprocess.TimeoutExpired as late:
        return (late.stdout or b"").decode("utf-8", "replace") + f"\n[timed out after {timeout} s]\n", -1


def record(suite, passed, failed, start, output):
    """Notes a suite's result and shows its output when it has something to say."""
    RESULTS.append((suite, passed, failed, time.monotonic() - start))
    print(f"{'ok  ' if not failed and passed else 'FAIL'} {suite}: {passed} passed, {failed} failed", flush=True)
    if failed or not passed:
        print("\n".join("    " + line for line in output.splitlines()[-120:]), flush=True)


def run_unit(binary):
    start = time.monotonic()
    output, code = run([binary], 300)
    passed = sum(int(n) for n in re.findall(r"\[  PASSED  \] (\d+) test", output))
    failed = sum(int(n) for n in re.findall(r"\[  FAILED  \] (\d+) test", output))
    if code != 0 and failed == 0:
        failed = 1                       # a sanitizer or a crash ended it
    record("unit " + binary.rsplit("/", 1)[-1], passed, failed, start, output)


def run_pytest(folder, timeout, out=None, qemu_command=None):
    """One pytest folder; with out and qemu_command the system to talk to."""
    start = time.monotonic()
    if out:
        os.environ.update(OUT=out, QEMU_COMMAND=qemu_command)
    with tempfile.NamedTemporaryFile(suffix=".xml") as report:
        output, code = run(["/usr/bin/python3", "-m", "pytest", "-q", "-p", "no:cacheprovider", "--durations=3",
                            f"--junitxml={report.name}", folder], timeout)
        passed = failed = 0
        try:
            for suite in ET.parse(report.name).getroot().iter("testsuite"):
                bad = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
                failed += bad
                passed += int(suite.get("tests", 0)) - bad - int(suite.get("skipped", 0))
        except ET.ParseError:
            failed = 1
    if code != 0 and failed == 0:
        failed = 1
    record("pytest " + folder + (" " + os.path.basename(out).split("-", 1)[-1] if out else ""), passed, failed, start, output)


def run_target(spec):
    start = time.monotonic()
    name, command = spec.split("=", 1)
    output, code = run(command, 600, shell=True)
    counts = COUNT.findall(output)
    passed, failed = (int(n) for n in counts[-1]) if counts else (0, 1)
    if code != 0 and failed == 0:
        failed = 1
    record("target " + name, passed, failed, start, output)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--unit", nargs="*", default=[])
    parser.add_argument("--pytest", nargs="*", default=[])
    parser.add_argument("--console", nargs="*", default=[])
    parser.add_argument("--pytest-timeout", type=int, default=2400)
    parser.add_argument("--target", nargs="*", default=[])
    options = parser.parse_args()
    for binary in options.unit:
        run_unit(binary)
    for spec in options.target:
        run_target(spec)
    for folder in options.pytest:
        run_pytest(folder, options.pytest_timeout)
    for spec in options.console:
        folder, out, command = spec.split("=", 2)
        run_pytest(folder, options.pytest_timeout, out, command)

    print("\nsuite                                              passed failed seconds")
    for suite, passed, failed, seconds in RESULTS:
        print(f"{suite:50} {passed:6} {failed:6} {seconds:7.1f}")
    passed = sum(r[1] for r in RESULTS)
    failed = sum(r[2] for r in RESULTS) + sum(1 for r in RESULTS if r[1] + r[2] == 0)
    print(f"\n{passed} passed, {failed} failed")
    sys.exit(1 if failed or not passed else 0)


if __name__ == "__main__":
    main()
