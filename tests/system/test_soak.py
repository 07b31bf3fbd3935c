# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""A short piece of tools/soak.py: random use in which services die; afterwards the memory figures are the first ones and every service
runs (`make soak` does more)."""
import os
import sys
import time

import pytest

from kata import LONG, TOP

sys.path.insert(0, os.path.join(TOP, "tools"))
import soak  # noqa: E402  (tools)


@pytest.mark.parametrize("seed", [1, 2, 3, 4] if LONG else [1])
def test_random_use(seed, tmp_path):
    run = soak.Soak(seed, str(tmp_path), slow=LONG)
    try:
        run.soak(time.monotonic() + 120, operations=120)
        print(run.count, run.deaths)
        assert 120 <= run.operations <= 128         # the last one may be a death, and with it up to eight more
        assert not run.debug or sum(run.deaths.restarts.values()) >= 5
    except Exception:
        print("\n".join(["the last operations:", *run.history[-40:], run.console.transcript()[-4000:]]))
        raise
    finally:
        run.console.close()
