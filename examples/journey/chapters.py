"""A chapter of the journey, and what most chapters have in them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from examples.journey import looking
from examples.journey.acting import always
from examples.journey.looking import Look, Receipts
from examples.journey.regions import CENTRE, HOME, TOWN, WARD, Setting, has_home
from examples.journey.travelling import Journey


class Scene(Protocol):
    """Something in a chapter: a step, a look, receipts."""

    @property
    def when(self) -> Callable[[Setting], bool]:
        """In which regions."""

    async def take(self, journey: Journey) -> None:
        """Let it happen."""


@dataclass(frozen=True, slots=True)
class Chapter:
    """A part of the journey with a title."""

    title: str
    scenes: tuple[Scene, ...]
    when: Callable[[Setting], bool] = always

    async def take(self, journey: Journey) -> None:
        """Let everything happen that happens in the region."""
        journey.title(self.title)
        for scene in self.scenes:
            if scene.when(journey.setting):
                await scene.take(journey)


CLOCKS, PAYMENT, WORKLISTS = Look(at=looking.clocks), Look(at=looking.payment), Look(at=looking.worklists)
EVERYBODY_READS = (Receipts(WARD), Receipts(CENTRE), Receipts(TOWN), Receipts(HOME, when=has_home))
