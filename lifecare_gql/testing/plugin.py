"""The kit as a pytest plugin: ``-p lifecare_gql.testing.plugin``.

A test that takes `conformance` runs once for each check and each installed plugin (``--region CODE`` chooses):

    def test_it_conforms(conformance: Conformance) -> None:
        conformance.hold()
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import pytest

from lifecare_gql.app import utc_now
from lifecare_gql.domain.calendar import stockholm_day
from lifecare_gql.testing import CHECKS, Check, Subject, installed_subjects

_warned: list[str] = []


@dataclass(frozen=True)
class Conformance:
    """One check of one plugin."""

    check: Check
    subject: Subject

    def hold(self) -> None:
        """Fail with everything that is to be written, and where; what only warns is told at the end."""
        told = [f"  {one.told()}" for one in self.check.run(self.subject)]
        if told and self.check.warns:
            _warned.append(f"{self.subject.name}: {self.check.title} ({len(told)} to do)")
        elif told:
            pytest.fail(f"{self.check.title}\n" + "\n".join(told), pytrace=False)


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--region CODE``."""
    parser.addoption("--region", action="append", default=[], help="Check only this plugin; may be repeated.")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test for each check and plugin."""
    if "conformance" not in metafunc.fixturenames:
        return
    subjects = _subjects(tuple(metafunc.config.getoption("--region")))
    cases = [Conformance(check, subject) for subject in subjects for check in CHECKS.values()]
    metafunc.parametrize("conformance", cases, ids=[f"{one.subject.name}-{one.check.id}" for one in cases])


@cache
def _subjects(names: tuple[str, ...]) -> tuple[Subject, ...]:
    return installed_subjects(stockholm_day(utc_now()), names)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What should be looked at, though no test fails for it."""
    if _warned:
        terminalreporter.section("regions: to look at")
    for line in _warned:
        terminalreporter.line(line)
