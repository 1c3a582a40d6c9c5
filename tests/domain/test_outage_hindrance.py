"""While the system is down: what is refused, by whose words, and whom to call."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lifecare_gql.domain.episode_words import EpisodeEventKind
from lifecare_gql.domain.outage_facts import OutageBackground, OutageFacts
from lifecare_gql.domain.outage_hindrance import hindered
from lifecare_gql.domain.outage_words import OutageState
from lifecare_gql.domain.outages import WhileDown
from lifecare_gql.domain.plan_words import PlanEventKind
from lifecare_gql.domain.words import MessageEventKind, Word
from tests.domain.episodes import CENTRE, TOWN
from tests.domain.outage_by_hand import COLUMNS
from tests.domain.outages import outage_in_order
from tests.regions.plugins import CODES, four_regions

ACTS: tuple[Word, ...] = (*EpisodeEventKind, *PlanEventKind, *MessageEventKind)


def active(region: str) -> OutageFacts:
    return outage_in_order(OutageState.ACTIVE, background=OutageBackground(region=region))


@pytest.mark.parametrize("region", CODES)
@pytest.mark.parametrize("kind", ACTS, ids=[f"{type(one).__name__}.{one}" for one in ACTS])
def test_everything_is_refused_but_to_note_a_call(region: str, kind: Word) -> None:
    found = hindered(kind, active(region), four_regions())
    assert [one.code.value for one in found] == ([] if kind == "PHONE_CALL_LOGGED" else ["OUTAGE_ACTIVE"])


@pytest.mark.parametrize("state", [one for one in COLUMNS if one is not OutageState.ACTIVE])
def test_nothing_is_refused_when_the_system_runs(state: OutageState | None) -> None:
    assert hindered(EpisodeEventKind.DISCHARGED, outage_in_order(state), four_regions()) == ()


def test_the_region_is_quoted_and_its_numbers_are_given() -> None:
    [found] = hindered(EpisodeEventKind.ADMISSION_NOTICE_SENT, active("vasternorrland"), four_regions())
    assert found.reason == "Driftstopp i Region Västernorrland sedan 2026-11-23 06:00."
    assert found.source is not None
    assert (found.source.fact, found.source.status) == ("V10", "EJ BESLUTAD")
    assert found.source.quote == (
        "Vid driftstopp i Lifecare SP sker all kommunikation mellan region och kommun via telefon."
    )
    boards = four_regions()["vasternorrland"].switchboards
    assert [one.phone for one in found.call] == [one.phone for one in boards]
    assert len(found.call) == 8


def test_those_whom_the_act_would_have_reached_are_to_be_called() -> None:
    kind = EpisodeEventKind.DISCHARGE_NOTICE_SENT
    [found] = hindered(kind, active("vasternorrland"), four_regions(), call=(TOWN, CENTRE), path=("input", "x"))
    numbers = [(one.phone and one.phone.printed, one.ask_for) for one in found.call]
    assert numbers == [("060-19 10 00", "ansvarig biståndshandläggare"), ("0611-800 00", None)]
    assert found.path == ("input", "x")


def test_a_region_without_a_routine_says_so_and_borrows_no_others() -> None:
    found = {code: hindered(MessageEventKind.SENT, active(code), four_regions())[0] for code in CODES}
    stockholm, halland = found["stockholm"], found["halland"]
    assert stockholm.source is not None
    assert (stockholm.source.region, stockholm.source.fact) == ("stockholm", "S17")
    assert "Ingen avbrottsrutin är publicerad: Källan har rubriken Reservrutin" in stockholm.remedy
    assert (halland.source, halland.call) == (None, ())
    assert "Ingen källa för regionen nämner driftstopp." in halland.remedy
    assert {code: one.region for code, one in found.items()} == {code: code for code in CODES}


def test_a_region_that_is_not_enabled_is_down_all_the_same() -> None:
    [found] = hindered(MessageEventKind.SENT, active("gotland"), four_regions())
    assert (found.region, found.source, found.call) == ("gotland", None, ())


def test_what_a_region_allows_is_its_own_word_and_no_other_vocabularys() -> None:
    region = four_regions()["vasternorrland"]
    assert region.outage is not None
    down = WhileDown(fact="V10", allows=(EpisodeEventKind.ACKNOWLEDGED,))
    regions = {"vasternorrland": replace(region, outage=replace(region.outage, while_down=down))}
    kinds: tuple[Word, ...] = (
        EpisodeEventKind.ACKNOWLEDGED,
        MessageEventKind.ACKNOWLEDGED,
        EpisodeEventKind.PHONE_CALL_LOGGED,
    )
    assert [bool(hindered(kind, active("vasternorrland"), regions)) for kind in kinds] == [False, True, True]
