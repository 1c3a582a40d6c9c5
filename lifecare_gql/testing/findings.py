"""A check of the conformance kit, and what it finds: each finding says what to write, and where."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from lifecare_gql.domain.region import Region
from lifecare_gql.testing.subjects import Subject


@dataclass(frozen=True)
class Finding:
    """Something to mend: the file, the key in it, and what to write there."""

    file: str
    key: str
    write: str

    def told(self) -> str:
        """One line."""
        return f"{self.file}: {self.key}: {self.write}" if self.key else f"{self.file}: {self.write}"


Findings = Iterator[Finding]


@dataclass(frozen=True)
class Check:
    """A named check."""

    id: str
    group: str
    title: str
    run: Callable[[Subject], Findings]
    warns: bool = False
    """Whether what it finds is told without being a fault."""


CHECKS: dict[str, Check] = {}
"""Every check by id, in the order in which they are told."""


def check(
    group: str, check_id: str, *, warns: bool = False
) -> Callable[[Callable[[Subject], Findings]], Callable[[Subject], Findings]]:
    """Add a check to the kit; the docstring's first line is its title."""

    def add(run: Callable[[Subject], Findings]) -> Callable[[Subject], Findings]:
        title = (run.__doc__ or "").strip().splitlines()[0]
        CHECKS[check_id] = Check(id=check_id, group=group, title=title, run=run, warns=warns)
        return run

    return add


def of_region(
    group: str, check_id: str, *, warns: bool = False
) -> Callable[[Callable[[Subject, Region], Findings]], Callable[[Subject, Region], Findings]]:
    """Add a check that looks at the region; it finds nothing until the region can be read, which `reads` tells."""

    def add(run: Callable[[Subject, Region], Findings]) -> Callable[[Subject, Region], Findings]:
        def when_it_loads(subject: Subject) -> Findings:
            region = subject.region
            return run(subject, region) if region is not None else iter(())

        when_it_loads.__doc__ = run.__doc__
        check(group, check_id, warns=warns)(when_it_loads)
        return run

    return add
