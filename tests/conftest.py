"""What all tests share: options, Hypothesis profiles, run-time type checks, strict mode, the summary by theme."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# An internal fault of minijit makes a user's function run in the interpreter; a test shall fail.
os.environ["MINIJIT_STRICT"] = "1"
# Tests compile; those of the cache on disk have one of their own.
os.environ["MINIJIT_CACHE"] = "0"

# The same examples in each run, so that a failure belongs to the change at hand; the long profile looks for new ones.
settings.register_profile(
    "quick", max_examples=30, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
settings.register_profile("long", max_examples=20_000, deadline=None, suppress_health_check=list(HealthCheck))
settings.load_profile("quick")


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("minijit")
    group.addoption("--update-golden", action="store_true", help="write the golden files anew from what comes out now")
    group.addoption("--no-typeguard", action="store_true", help="do not check minijit's annotations at run time")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Install typeguard's hook before anything imports minijit."""
    if config.getoption("--no-typeguard"):
        return
    from tests.typechecks import install

    install()


@pytest.fixture
def update_golden(request: pytest.FixtureRequest) -> bool:
    """Whether golden files are to be written rather than compared."""
    return bool(request.config.getoption("--update-golden"))


@pytest.fixture
def repository() -> Path:
    """The root of the project's tree."""
    return Path(__file__).resolve().parent.parent


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say for each theme of the corpus how many functions fail."""
    failed: Counter[str] = Counter()
    passed: Counter[str] = Counter()
    for counter, outcome in ((failed, "failed"), (passed, "passed")):
        for report in terminalreporter.stats.get(outcome, []):
            theme = dict(report.user_properties).get("theme")
            if theme is not None:
                counter[str(theme)] += 1
    if not failed:
        return
    terminalreporter.section("corpus, by theme: failed / all")
    for theme in sorted(failed):
        terminalreporter.line(f"{theme:45s} {failed[theme]:4d} / {failed[theme] + passed[theme]}")
