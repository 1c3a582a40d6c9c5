"""Rows are added as Tortoise would add them, in one statement for a table."""

from __future__ import annotations

import uuid

import pytest
from tortoise import Tortoise

from lifecare_gql.storage import rows
from lifecare_gql.storage.adding import insert
from lifecare_gql.storage.database import Database
from lifecare_gql.storage.rows.base import Record
from lifecare_gql.storage.url import Dialect
from tests.storage.records import ALVA, EKEN, MESSAGE, NOW, VARBERG, WARD
from tests.world import uid


async def test_what_is_added_is_stored_as_tortoise_stores_it(core: Database) -> None:
    """Every kind of row in the world, taken out, and added again."""
    kept, seen = [one for one in Tortoise.apps["models"].values() if issubclass(one, Record)], 0
    for model in kept:
        table, copy = f'"{model._meta.db_table}"', f"copy_for_{model.__name__.lower()}"
        for row in await model.all().using_db(core._client).limit(1):
            values = {name: getattr(row, name) for name in model._meta.fields_db_projection}
            sql, params = insert(core.dialect, model, [values])
            copied = sql.replace(f"insert into {table}", f"insert into {copy}")
            assert copied != sql
            async with core.transaction() as tx:
                await tx.execute(f"create temporary table {copy} as select * from {table} limit 0")
                await tx.execute(copied, params)
                columns = ", ".join(f'"{one}"' for one in model._meta.fields_db_projection.values())
                [stored] = await tx.select(f"select {columns} from {copy}")
                mark = "$1" if core.dialect is Dialect.POSTGRES else "?1"
                [first] = await tx.select(f"select {columns} from {table} where id = {mark}", [row.id])
            assert stored == first, table
            seen += 1
    assert seen > 30


async def test_what_is_left_out_is_the_models_default_or_null(core: Database) -> None:
    who = {"patient_id": ALVA, "unit_id": WARD, "kind": "MESSAGE", "since": NOW}
    async with core.transaction() as tx:
        await tx.add(rows.CareRelation, who)
    [added] = await rows.CareRelation.filter(unit_id=WARD, kind="MESSAGE").using_db(core._client)

    assert isinstance(added.id, uuid.UUID)
    assert (added.until, added.since) == (None, NOW)


async def test_many_are_added_at_once_but_those_that_are_there(core: Database) -> None:
    def relation(unit: uuid.UUID) -> dict[str, object]:
        return {"patient_id": ALVA, "unit_id": unit, "kind": "MESSAGE", "since": NOW}

    units = [VARBERG, EKEN, WARD]
    for _ in range(2):
        async with core.transaction() as tx:
            await tx.add(rows.CareRelation, *map(relation, units), unless_there=True)
            await tx.add(rows.CareRelation)

    found = await rows.CareRelation.filter(patient_id=ALVA, kind="MESSAGE", until=None).using_db(core._client)
    assert sorted(one.unit_id for one in found) == sorted(units)


async def test_an_unknown_field_and_a_naive_moment_are_refused(core: Database) -> None:
    message = {
        **MESSAGE,
        "patient_id": ALVA,
        "sender_unit_id": VARBERG,
        "author_id": uid("nobody"),
        "thread_id": ALVA,
    }
    async with core.transaction() as tx:
        with pytest.raises(ValueError, match="Message has no column for colour"):
            await tx.add(rows.Message, {**message, "colour": "green"})
        with pytest.raises(ValueError, match="no time zone"):
            await tx.add(rows.Message, {**message, "sent_at": NOW.replace(tzinfo=None)})
