"""The journey, chapter by chapter."""

from __future__ import annotations

from examples.journey import homewards, planning
from examples.journey.chapters import Chapter

CHAPTERS: tuple[Chapter, ...] = (
    planning.REQUEST,
    planning.ADMISSION,
    planning.NOTICE,
    planning.ANSWERS,
    planning.BASIS,
    planning.MOVED,
    planning.READY,
    planning.READY_AGAIN,
    homewards.CALL,
    homewards.MEETING,
    homewards.HOMEGOING,
    homewards.CLOSING,
    homewards.AFTERWARDS,
)
"""In this order; a chapter may say that it happens in some regions only."""
