"""The read model: whatever a condition says, the model's own predicate holds beside it."""

from __future__ import annotations

import pytest

from lifecare_gql.storage import rows
from lifecare_gql.storage.database import Database
from lifecare_gql.storage.reading.reader import Reader
from lifecare_gql.storage.reading.rows import Many, Rows, Shape
from lifecare_gql.storage.reading.where import Where
from lifecare_gql.storage.viewer import ANONYMOUS, Viewer
from tests.storage.records import VARBERG
from tests.world import uid

ANYTHING = Where("{t}.id is not null or {t}.id is null")
OF_PATIENTS = [rows.Patient, rows.Message, rows.Receipt, rows.MessageEvent, rows.Episode, rows.EpisodeEvent]


@pytest.mark.parametrize("model", [*OF_PATIENTS, rows.PlanProcess, rows.Task, rows.Case, rows.ConsentEntry])
async def test_a_condition_with_an_or_widens_nothing(core: Database, model: type[rows.Record]) -> None:
    for viewer in (Viewer(unit_id=uid("unit linden")), ANONYMOUS):
        page = await Reader(core.select, core.dialect, viewer).page(
            Rows(model=model, where=ANYTHING), Shape.of(model)
        )
        assert page.rows == []


async def test_nor_does_one_below_a_row(core: Database) -> None:
    events = Rows(model=rows.EpisodeEvent, where=ANYTHING)
    below = Many(rows=events, parent="{t}.patient_id", shape=Shape.of(rows.EpisodeEvent))
    shape = Shape(model=rows.Patient, manys={"events": below})
    reader = Reader(core.select, core.dialect, Viewer(unit_id=VARBERG))
    found = (await reader.page(Rows(model=rows.Patient), shape)).rows
    assert len(found) == 2
    assert not [event for row in found for event in row.related["events"].rows]
