# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""A few faults in the kernel: that mutate.py works, and that the tests notice at all (how much: make mutate-kernel)."""

import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]


def test_faults_are_noticed():
    done = subprocess.run(["make", "-s", "-f", "mk/main.mk", "mutate-kernel", "COUNT=5", "SEED=20"], cwd=ROOT, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, timeout=600)
    counts = re.search(r"^(\d+) of (\d+) faults noticed", done.stdout, re.M)
    assert counts, done.stdout
    noticed, total = counts.groups()
    assert done.returncode == 0 and int(total) == 5 and int(noticed) >= 2, done.stdout
