"""Entries of the access log are written together or not at all, and none about a stranger who would be shown."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from lifecare_gql.domain.words import AccessAct
from lifecare_gql.storage.database import Database
from lifecare_gql.storage.log_digests import COLUMNS, entry_digest
from lifecare_gql.storage.log_entries import By, Entry, Noted, StrangerShown, write
from tests.storage.records import ALVA, NOW, VARBERG

KEY = b"key"
SAID = Noted(at=NOW, act=AccessAct.READ, operation="Åter", unit_id=VARBERG, subject="Patient", subject_id=None)
READERS = (By(uuid4(), "SE1-Å", "SE2"), By(uuid4(), 'SE"3', "SE4"))


def entries(*patients: UUID | None) -> list[Entry]:
    """One for each patient and reader."""
    return [Entry(uuid4(), by, patient) for patient in patients for by in READERS]


async def logged(db: Database) -> list[tuple[object, ...]]:
    found = await db.select(f"select {', '.join(COLUMNS)}, digest from access_log where operation = 'Åter'")
    return [tuple(one) for one in found]


@pytest.mark.parametrize("shown", [True, False])
async def test_each_entry_is_written_with_its_own_digest(core: Database, shown: bool) -> None:
    told = entries(ALVA) if shown else entries(ALVA, None)
    async with core.transaction() as tx:
        await write(tx, core.dialect, KEY, SAID, told, shown=shown)
        await write(tx, core.dialect, KEY, SAID, [])

    found = await logged(core)
    assert {str(one[0]) for one in found} == {str(one.entry_id) for one in told}
    assert [one[-1] for one in found] == [entry_digest(KEY, one[:-1]) for one in found]


async def test_a_stranger_among_those_who_would_be_shown_leaves_nothing(core: Database) -> None:
    with pytest.raises(StrangerShown, match="2 of 4"):
        async with core.transaction() as tx:
            await write(tx, core.dialect, KEY, SAID, entries(ALVA, uuid4()), shown=True)

    assert await logged(core) == []
