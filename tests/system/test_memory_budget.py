# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""The budgets of memory, from the built images and the running system, which must agree (make size)."""
import json
import os
import subprocess

import pytest

from kata import TOP

KIB = 1024
OUT = os.environ.get("OUT", "")


@pytest.mark.skipif("release" not in OUT, reason="budgets are those of the release build")
def test_memory_of_the_release_build():
    subprocess.run(["/usr/bin/python3", "tools/size.py", "--out", OUT], cwd=TOP, check=True, stdout=subprocess.DEVNULL, timeout=120)
    with open(os.path.join(TOP, OUT, "size.json"), encoding="utf-8") as file:
        size = json.load(file)
    assert size["agree"]
    assert size["idle_bytes"] <= 512 * KIB
    assert size["boot_peak_bytes"] <= 1.15 * size["idle_bytes"]
    assert sum(size["kernel"].values()) <= 44 * KIB
    for small in ("timer_service", "mailbox_driver"):
        assert size["components"][small]["total"] <= 28 * KIB
