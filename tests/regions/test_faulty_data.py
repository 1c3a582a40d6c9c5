"""Faults in a region's data: each is named with file and path, and all come in one message."""

from __future__ import annotations

from pathlib import Path

import pytest

from lifecare_gql import hookimpl
from tests.regions.plugins import changed, faults_of, plugin

Change = tuple[str, str]

DATA_FAULTS: list[tuple[str, str, str, Change, str]] = [
    (
        "a side of a contradiction that says nothing",
        "vasternorrland",
        "outage",
        (
            'says = [\n    { fact = "V35", text = "Kommunal hälso- och sjukvård (biståndshandläggare)." },\n]',
            "says = []",
        ),
        "data/outage.toml: contradictions.3.sides.0.says: Tuple should have at least 1 item",
    ),
    (
        "a misspelt key",
        "halland",
        "routines",
        ('severity = "WARN"', 'severety = "WARN"'),
        "data/routines.toml: routines.1.severety: Unexpected keyword argument",
    ),
    (
        "a misspelt key in one of the region's three files",
        "halland",
        "facts",
        ("used_by = ", "usedby = "),
        "data/facts.toml: facts.0.usedby: Unexpected keyword argument",
    ),
    (
        "a key of another file",
        "halland",
        "documents",
        ("[[documents]]", 'code = "halland"\n\n[[documents]]'),
        "data/documents.toml: code stands in data/region.toml too",
    ),
    (
        "a missing key",
        "halland",
        "region",
        ('county_letter = "N"', ""),
        "data/region.toml: county_letter: Field required",
    ),
    (
        "a word that is not in the vocabulary",
        "orebro",
        "routines",
        ('"PSYCHIATRIC_WARD"', '"PSYCHIATRY"'),
        "data/routines.toml: routines.4.demand.parties.kinds.0: Input should be 'INPATIENT_WARD', ",
    ),
    (
        "a kind of demand that there is not",
        "orebro",
        "routines",
        ('kind = "no_forum"', 'kind = "forum"'),
        "data/routines.toml: routines.0.demand: Input tag 'forum' found using 'kind' does not match",
    ),
    (
        "not TOML",
        "halland",
        "contacts",
        ("[[contacts]]", "[[contacts"),
        "data/contacts.toml is not TOML: ",
    ),
    (
        "an assumption that nobody makes",
        "halland",
        "routines",
        ('{ assumption = "office_opens" }', '{ assumption = "office_starts" }'),
        "data/routines.toml: no assumption is called 'office_starts'",
    ),
    (
        "a deadline without its days",
        "halland",
        "routines",
        ("working_days = 3", ""),
        "data/routines.toml: duties.1: Value error, HAL-H13 does not say within how many working days",
    ),
    (
        "a deadline without its office hours",
        "halland",
        "routines",
        ('opens = { assumption = "office_opens" }', ""),
        "data/routines.toml: duties.1: Value error, HAL-H13 counts in office hours but does not say which",
    ),
    (
        "an inbox to be read, but not how often",
        "halland",
        "routines",
        ("times_a_working_day = 2", ""),
        "data/routines.toml: duties.0: Value error, HAL-H12 does not say how many times a working day",
    ),
    (
        "a number that is not the printed one",
        "vasternorrland",
        "switchboards",
        ("+4661180000", "+4661180001"),
        "data/switchboards.toml: switchboards.0.phone.e164: Value error, '+4661180001' is not the printed number",
    ),
]


@pytest.mark.parametrize(
    ("case", "region", "file", "change", "fault"), DATA_FAULTS, ids=[row[0] for row in DATA_FAULTS]
)
def test_a_fault_in_the_data_is_named_with_file_and_path(
    case: str, region: str, file: str, change: Change, fault: str, tmp_path: Path
) -> None:
    faulty = changed(region, tmp_path, **{file: lambda text: text.replace(*change, 1)})
    [line] = faults_of(faulty)
    assert line.startswith(f"{region}: changed_{region}_{tmp_path.name}: {fault}")


REGION_FAULTS: list[tuple[str, str, str, Change, str]] = [
    (
        "a side of a contradiction rests on a fact that is not there",
        "vasternorrland",
        "outage",
        ('{ fact = "V28", text = "Blanketten kan', '{ fact = "V82", text = "Blanketten kan'),
        "Step Blanketten kan skannas in i patientens journal, och därefter kasseras. rests on the fact V82, which"
        " facts.toml does not have",
    ),
    (
        "a routine rests on a fact that is not there",
        "halland",
        "routines",
        ('fact = "H16"', 'fact = "H61"'),
        "Routine HAL-H16 rests on the fact H61, which facts.toml does not have",
    ),
    (
        "a contact does",
        "halland",
        "contacts",
        ('fact = "H18"', 'fact = "H81"'),
        "Contact kommunens-mottagare-for-remisser rests on the fact H81, which facts.toml does not have",
    ),
    (
        "a switchboard does",
        "vasternorrland",
        "switchboards",
        ('fact = "V55"', 'fact = "V99"'),
        "Switchboard Region Västernorrland rests on the fact V99, which facts.toml does not have",
    ),
    (
        "a step of the outage routine does",
        "vasternorrland",
        "outage",
        ('{ fact = "V5", text', '{ fact = "V99", text'),
        "Step All personal som arbetar i Lifecare SP ansvarar för att följa denna rutin vid ett driftstopp. "
        "rests on the fact V99, which facts.toml does not have",
    ),
    (
        "a step of the support route does",
        "vasternorrland",
        "support",
        ('fact = "V8"', 'fact = "V99"'),
        "SupportStep den egna IT-supporten: respektive kommuns IT-support rests on the fact V99, "
        "which facts.toml does not have",
    ),
    (
        "a fact stands in a document that is not there",
        "orebro",
        "documents",
        ('key = "meddelande-utanfor-vardtillfalle"', 'key = "ett-annat"'),
        "fact O1 names the document meddelande-utanfor-vardtillfalle, which documents.toml does not have",
    ),
    (
        "a document is replaced by one that is not there",
        "stockholm",
        "documents",
        ('superseded_by = "lifecare-sp"', 'superseded_by = "lifecare"'),
        "document inforande-2021 names the document lifecare, which is not there",
    ),
    (
        "a support step names a contact that is not there",
        "stockholm",
        "contacts",
        ('key = "it-portal"', 'key = "itportal"'),
        "support route utan-lokal-forvaltning names the contact it-portal, which is not there",
    ),
    ("a fact twice", "orebro", "facts", ('id = "O2"', 'id = "O3"'), "the fact O3 is there 2 times"),
    (
        "a contact twice",
        "stockholm",
        "contacts",
        ('key = "it-portal"', 'key = "servicedesk"'),
        "the contact servicedesk is there 2 times",
    ),
    (
        "a duty with a routine's code",
        "halland",
        "routines",
        ('code = "HAL-H12"', 'code = "HAL-H11"'),
        "the routine or duty HAL-H11 is there 2 times",
    ),
    (
        "a topic that nobody declares",
        "halland",
        "routines",
        ('["NEW_PRESCRIPTION"]', '["NEW_PRESCRIPTON"]'),
        "HAL-H16 names the topic NEW_PRESCRIPTON, which nobody declares",
    ),
    (
        "a topic that is waived but not declared",
        "orebro",
        "routines",
        ('value = ["DEATH_DURING_SIP"]', 'value = ["DEATH"]'),
        "ORE-O9 names the topic DEATH, which nobody declares",
    ),
    (
        "a common topic with another meaning",
        "orebro",
        "routines",
        ('code = "SINGLE_AID"', 'code = "QUESTION"'),
        "the topic QUESTION means something else elsewhere",
    ),
]


@pytest.mark.parametrize(
    ("case", "region", "file", "change", "fault"), REGION_FAULTS, ids=[row[0] for row in REGION_FAULTS]
)
def test_parts_that_do_not_fit_together_are_named(
    case: str, region: str, file: str, change: Change, fault: str, tmp_path: Path
) -> None:
    faulty = changed(region, tmp_path, **{file: lambda text: text.replace(*change, 1)})
    assert f"{region}: {fault}" in faults_of(faulty)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    faulty = changed("halland", tmp_path)
    (tmp_path / f"changed_halland_{tmp_path.name}" / "data" / "contacts.toml").unlink()
    [line] = faults_of(faulty)
    assert line == f"halland: changed_halland_{tmp_path.name}: data/contacts.toml is missing"


def test_every_fault_of_every_plugin_comes_in_one_message(tmp_path: Path) -> None:
    halland, orebro = tmp_path / "h", tmp_path / "o"
    found = faults_of(
        changed(
            "halland",
            halland,
            routines=lambda text: text.replace("title =", "titel =", 2),
            contacts=lambda text: text.replace("name =", "nam =", 1),
        ),
        changed("orebro", orebro, facts=lambda text: text.replace("statement =", "says =", 1)),
        plugin("skane", lifecare_region=hookimpl(lambda: None)),
    )
    assert [line.split(": Unexpected")[0] for line in found if "Unexpected" in line] == [
        "halland: changed_halland_h: data/routines.toml: routines.0.titel",
        "halland: changed_halland_h: data/routines.toml: routines.1.titel",
        "halland: changed_halland_h: data/contacts.toml: contacts.0.nam",
        "orebro: changed_orebro_o: data/facts.toml: facts.0.says",
    ]
    assert {line.split(":")[0] for line in found} == {"halland", "orebro", "skane"}


def test_a_faulty_region_is_not_also_said_to_be_missing(tmp_path: Path) -> None:
    [line, other] = faults_of(
        changed("orebro", tmp_path, facts=lambda text: text.replace("statement =", "says =", 1))
    )
    assert "facts.0.statement" in line + other
    assert "facts.0.says" in line + other
