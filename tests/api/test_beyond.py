# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""docs/beyond-the-original.md: every row names tests, and the tests are there."""
import pathlib
import re

import pytest

TOP = pathlib.Path(__file__).resolve().parents[2]
ROWS = re.findall(r"^\| (W\d+) \| (.+) \| (.+) \|$", (TOP / "docs/beyond-the-original.md").read_text(encoding="utf-8"), re.M)
WANTED = {f"W{n}" for n in (*range(1, 30), *range(36, 46))}


def test_every_weakness_has_a_row():
    assert WANTED <= {number for number, _, _ in ROWS}, WANTED - {number for number, _, _ in ROWS}


@pytest.mark.parametrize("number, tests", [(number, tests) for number, _, tests in ROWS])
def test_the_named_tests_exist(number, tests):
    found, folder, text = 0, "tests/unit", ""
    for name in re.findall(r"(?:[\w/.-]*\.(?:py|c|mk))?(?:::\w+)?", tests):
        path, _, function = name.partition("::")
        if path:
            folder, path = (path.rpartition("/")[0], path) if "/" in path else (folder, f"{folder}/{path}")
            assert (TOP / path).is_file(), f"{number}: no {path}"
            text = (TOP / path).read_text(encoding="utf-8")
            found += 1
        if function:
            assert re.search(rf"\b{re.escape(function)}\b", text), f"{number}: no {function} in {path or 'the same file'}"
    assert found, f"{number} names no test"
