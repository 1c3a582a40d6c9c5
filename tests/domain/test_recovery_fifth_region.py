"""A region that does not exist gets a working outage routine of its own by data only."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lifecare_gql import hookimpl
from lifecare_gql.domain.episode_words import EpisodeEventKind
from lifecare_gql.domain.outage_facts import OutageBackground, OutageFacts
from lifecare_gql.domain.outage_hindrance import hindered
from lifecare_gql.domain.outage_life import long_after_hours, outage_faults
from lifecare_gql.domain.outage_words import InvoicingOrigin, OutageState
from lifecare_gql.domain.outages import OutageRoutine
from lifecare_gql.domain.recovery import Situation, Unread, recovery_worklist
from lifecare_gql.domain.recovery_backfill import judge_backfill
from lifecare_gql.domain.recovery_report import InvoicingEntry, Period, invoicing_basis
from lifecare_gql.domain.region import RegionInfo
from lifecare_gql.domain.words import UnitKind
from lifecare_gql.errors import RegionFault
from lifecare_gql.region_files import read, read_region
from lifecare_gql.regions import Regions, load_regions
from tests.domain.drafts import unit
from tests.domain.outages import HOUR, outage_in_order
from tests.regions.plugins import installed, plugin

CODE = "nyland"
REGION = """
code = "nyland"
name = "Region Nyland"
county_code = "99"
county_letter = "N"
municipalities = [{ code = "9901", name = "Påhittstad" }]
"""
DOCUMENTS = """
[[documents]]
key = "reservrutin"
title = "Påhittad reservrutin"
"""
FACT = """
[[facts]]
id = "{id}"
document = "reservrutin"
statement = "Made up."
use = "ENFORCED"
used_by = ["outageRoutine"]
quotes = [{{ section = "Påhittat avsnitt", text = "{text}" }}]
"""
SENTENCES = {
    "N1": "Ring varandra när systemet är nere.",
    "N2": "Ett avbrott är långt efter fyra timmar.",
    "N3": "Avdelningen skriver in alla som kom under avbrottet, också dem som har hunnit gå.",
    "N4": "Kommunen läser sina meddelanden och bekräftar dem.",
    "N5": "Vårdcentralen skickar de kallelser som den har lovat.",
    "N6": "Patientinformation skrivs aldrig i efterhand.",
    "N7": "Avdelningen skickar in sina blanketter.",
}
OUTAGE = """
region = "nyland"
published = true
fact = "N1"
while_down = { fact = "N1", allows = ["PHONE_CALL_LOGGED", "ACKNOWLEDGED"] }
long_after = { fact = "N2", hours = 4 }

[[procedures]]
care_types = ["SOMATIC_INPATIENT"]
title = "Avdelningen"
during = []
after = [
    { fact = "N3", patients = ["ADMITTED", "BOTH"], demands = ["REGISTER_ADMISSION_NOTICE"], text = "%(N3)s" },
    { fact = "N7", demands = ["SEND_FORM"], text = "%(N7)s" },
]
not_backfilled = [{ fact = "N6", acts = ["PATIENT_INFORMED"], text = "%(N6)s" }]

[[procedures]]
care_types = ["MUNICIPAL"]
title = "Kommunen"
during = []
after = [{ fact = "N4", demands = ["ACKNOWLEDGE"], text = "%(N4)s" }]

[[procedures]]
care_types = ["OUTPATIENT"]
title = "Vårdcentralen"
during = []
after = [{ fact = "N5", patients = ["ADMITTED"], demands = ["SEND_SIP_CALL"], text = "%(N5)s" }]
"""
FILES = {
    "region": REGION,
    "documents": DOCUMENTS,
    "facts": "".join(FACT.format(id=key, text=text) for key, text in SENTENCES.items()),
    "outage": OUTAGE % SENTENCES,
}
WARD = unit("avdelning 1", UnitKind.INPATIENT_WARD, CODE)
PSYCHIATRY = unit("avdelning 2", UnitKind.PSYCHIATRIC_WARD, CODE)
CENTRE = unit("vårdcentralen", UnitKind.HEALTH_CENTRE, CODE)
TOWN = unit("biståndet", UnitKind.NEEDS_ASSESSMENT, CODE, municipality="9901")


def package(folder: Path, **changes: tuple[str, str]) -> str:
    """A package with the region's data, some of it changed."""
    name = f"nyland_{folder.name}"
    (folder / name / "data").mkdir(parents=True)
    (folder / name / "__init__.py").touch()
    for stem, text in FILES.items():
        before, after = changes.get(stem, ("", ""))
        assert before in text
        (folder / name / "data" / f"{stem}.toml").write_text(text.replace(before, after, 1), "utf-8")
    return name


@pytest.fixture
def on_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    return tmp_path


def hooks(name: str) -> dict[str, Callable[..., Any]]:
    """The hooks that every region's plugin has, which only say which files there are."""

    @hookimpl
    def lifecare_region() -> RegionInfo:
        return read_region(name)

    @hookimpl
    def lifecare_outage_routine() -> OutageRoutine:
        return read(name, "outage.toml", OutageRoutine)

    return {"lifecare_region": lifecare_region, "lifecare_outage_routine": lifecare_outage_routine}


@pytest.fixture
def regions(on_path: Path) -> Regions:
    return load_regions(plugins=[plugin(CODE, **hooks(package(on_path))), installed("vasternorrland")])


def outage(state: OutageState) -> OutageFacts:
    return outage_in_order(state, background=OutageBackground(region=CODE, may_manage=True))


def test_it_is_refused_by_the_regions_own_words(regions: Regions) -> None:
    [found] = hindered(EpisodeEventKind.DISCHARGED, outage(OutageState.ACTIVE), regions)
    assert found.source is not None
    assert (found.region, found.source.quote) == (CODE, SENTENCES["N1"])
    assert hindered(EpisodeEventKind.ACKNOWLEDGED, outage(OutageState.ACTIVE), regions) == ()
    assert (long_after_hours(regions[CODE]), list(outage_faults(regions[CODE]))) == (4, [])


def test_its_worklist_is_its_own(regions: Regions) -> None:
    over = outage(OutageState.RECOVERY)
    assert over.started_at
    both: dict[str, Any] = {
        "subject": "ett",
        "admitted_at": over.started_at,
        "discharged_at": over.started_at + HOUR,
    }
    read_late = (Unread(id="m", came_at=over.started_at),)
    known: dict[str, Any] = {"unread": read_late, "sip_agreed_on": dt.date(2026, 12, 1), "form_kept": True}
    situations = [Situation(unit=one, **both, **known) for one in (WARD, PSYCHIATRY, CENTRE, TOWN)]
    worklist = recovery_worklist(over, situations, regions[CODE].outage)
    assert {(one.unit_id, one.kind.value, one.facts) for one in worklist} == {
        (WARD.id, "REGISTER_ADMISSION_NOTICE", ("N3",)),
        (WARD.id, "SEND_FORM", ("N7",)),
        (TOWN.id, "ACKNOWLEDGE", ("N4",)),
    }
    admitted = Situation(unit=CENTRE, subject="två", admitted_at=over.started_at, **known)
    [call] = recovery_worklist(over, [admitted], regions[CODE].outage)
    assert (call.kind.value, call.facts, call.agreed_on) == ("SEND_SIP_CALL", ("N5",), dt.date(2026, 12, 1))
    assert recovery_worklist(over, situations, regions["vasternorrland"].outage) == ()


def test_what_it_does_not_want_afterwards_is_refused(regions: Regions) -> None:
    over = outage(OutageState.RECOVERY)
    known = Situation(unit=WARD, subject="ett")
    assert over.started_at
    [found] = judge_backfill(EpisodeEventKind.PATIENT_INFORMED, over.started_at, over, known, regions)
    assert found.source is not None
    assert found.source.quote == SENTENCES["N6"]
    ready = EpisodeEventKind.DISCHARGE_READY_SENT
    assert judge_backfill(ready, over.started_at, over, known, regions) == ()


def test_its_forms_are_collected(regions: Regions) -> None:
    over = outage(OutageState.RECOVERY)
    assert over.started_at
    entry = InvoicingEntry(
        municipality="9901", subject="ett", origin=InvoicingOrigin.FORM, occurred_at=over.started_at
    )
    day = over.started_at.date()
    basis = invoicing_basis(CODE, regions[CODE].outage, [entry], Period(first=day, last=day))
    assert ([one.text for one in basis.demanded_by], basis.contradictions) == ([SENTENCES["N7"]], ())
    assert [(one.municipality, one.forms) for one in basis.rows] == [("9901", 1)]


FAULTS = [
    ("a registration for nobody in particular", 'patients = ["ADMITTED", "BOTH"], ', "", "for which patients"),
    ("a class of nobody", '"N4", demands', '"N4", classifies = true, demands', "says which patients"),
    ("two procedures", '["MUNICIPAL"]', '["OUTPATIENT"]', "OUTPATIENT has 2 procedures"),
    ("no line", '{ fact = "N2", hours = 4 }', '{ fact = "N2" }', "either hours or an assumption"),
    ("two lines", "hours = 4", 'hours = 4, assumption = "x"', "either hours or an assumption"),
    ("a line of no hours", "hours = 4", "hours = 0", "greater than or equal to 1"),
    ("not published", "published = true", "published = false", "has a reason and no procedures"),
    ("a kind that there is not", '"SEND_FORM"', '"SEND_FORMS"', "procedures.0.after.1.demands.0: Input should be"),
    ("an act that there is not", '"PATIENT_INFORMED"', '"INFORMED"', "not_backfilled.0.acts.0: Input should be"),
]


@pytest.mark.parametrize(("case", "before", "after", "fault"), FAULTS, ids=[row[0] for row in FAULTS])
def test_faulty_data_is_named(case: str, before: str, after: str, fault: str, on_path: Path) -> None:
    name = package(on_path, outage=(before, after))
    with pytest.raises(RegionFault) as caught:
        read(name, "outage.toml", OutageRoutine)
    assert str(caught.value).startswith(f"{name}: data/outage.toml: ")
    assert fault in str(caught.value)


@pytest.mark.parametrize("part", ["while_down", "long_after", "not_backfilled = [", "after = ["])
def test_a_fact_that_is_not_there_stops_the_start(part: str, on_path: Path) -> None:
    at = FILES["outage"].index('fact = "', FILES["outage"].index(part))
    line = FILES["outage"][FILES["outage"].rindex("\n", 0, at) : at + 10]
    name = package(on_path, outage=(line, f"{line[:-2]}X9"))
    with pytest.raises(RegionFault, match="rests on the fact X9"):
        load_regions(plugins=[plugin(CODE, **hooks(name))])
