"""The conformance kit: named checks over every installed plugin, each of which says what to write and where.

Without pytest: ``lifecare-gql region check CODE``. With pytest: ``-p lifecare_gql.testing.plugin``.
"""

from __future__ import annotations

from collections.abc import Iterator

from lifecare_gql.testing import completeness, contributions, keeping, running, sense, shape, truth
from lifecare_gql.testing.findings import CHECKS, Check, Finding
from lifecare_gql.testing.subjects import Subject, installed_subjects, subject_in

__all__ = ["CHECKS", "Check", "Finding", "Subject", "examine", "installed_subjects", "subject_in"]

_MODULES = (shape, truth, completeness, sense, contributions, running, keeping)
"""Importing them fills `CHECKS`, in this order."""


def examine(subject: Subject) -> Iterator[tuple[Check, list[Finding]]]:
    """Every check with what it finds; nothing found is an empty list."""
    for check in CHECKS.values():
        yield check, list(check.run(subject))
