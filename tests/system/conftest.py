# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""One system per test module; what it printed last is shown when a test fails."""
import pytest

from kata import Console


@pytest.fixture(scope="module")
def console():
    c = Console()
    yield c
    c.close()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    report = outcome.get_result()
    c = item.funcargs.get("console") if hasattr(item, "funcargs") else None
    if report.failed and isinstance(c, Console):
        report.sections.append(("console", c.transcript()[-4000:]))
