# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""A short piece of tools/soak.py: random use, after which the memory figures are the first ones (`make soak` does more)."""
import os
import sys
import time

import pytest

from kata import LONG, TOP

sys.path.insert(0, os.path.join(TOP, "tools"))
import soak  # noqa: E402  (tools)


@pytest.mark.parametrize("seed", [1, 2, 3, 4] if LONG else [1])
def test_random_use(seed, tmp_path):
    run = soak.Soak(seed, str(tmp_path))
    try:
        assert run.soak(time.monotonic() + 20, batches=6) >= 1
    except Exception:
        print("\n".join(["the last operations:", *run.history[-40:], run.console.transcript()[-4000:]]))
        raise
    finally:
        run.console.close()
