"""The printed outage kit, read back as a browser's parser would read it."""

from __future__ import annotations

import base64
import datetime as dt
import re
import sys
import tracemalloc
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from lifecare_gql.documents.kit_pages import KIT_TITLE, PdfUnavailable, kit_pages, kit_pdf
from lifecare_gql.documents.kit_sheets import KitSheet
from lifecare_gql.documents.pages import PrintedPage
from lifecare_gql.domain.outages import OutageProcedure, OutageRoutine, RecoveryStep, Step
from lifecare_gql.domain.words import CareType, Protection
from tests.documents.examples import HOSTILE
from tests.documents.kit_examples import (
    AUTHORITY,
    BARE_EPISODE,
    BY_CARE_TYPE,
    EMPTY,
    EPISODE,
    HOLGER,
    HOSTILE_KIT,
    KIT,
    MESSAGE,
    NOW,
    REGION,
    Many,
    elsewhere,
    patient,
)
from tests.documents.test_pages import Reader, in_order

NUMBERS = {  # V55, V58 and V7, as the source prints them
    "Region Västernorrland": ("0611-800 00", "+4661180000"),
    "Timrå": ("060-16 31 00", "+4660163100"),
    "Ånge": ("0690-25 01 00", "+46690250100"),
    "Örnsköldsvik": ("0660-880 00", "+4666088000"),
    "Sundsvall": ("060-19 10 00", "+4660191000"),
    "Kramfors": ("0612-800 00", "+4661280000"),
    "Härnösand": ("0611-34 80 00", "+46611348000"),
    "Sollefteå": ("0620-68 20 00", "+46620682000"),
    "Servicedesk": ("0660 890 70", "+4666089070"),
}
ITEMS = (  # V24
    "Inskrivning",
    "Beräknat utskrivningsdatum",
    "Planeringsunderlag",
    "Faktiskt utskrivningsdatum",
    "Utskrivningsmeddelande",
)
ROUTINE = REGION.outage
assert ROUTINE is not None


def page(sheet: KitSheet) -> PrintedPage:
    return PrintedPage(title=KIT_TITLE, html="".join(kit_pages(sheet)))


def text(sheet: KitSheet) -> str:
    return Reader(page(sheet)).text


def part(sheet: KitSheet, key: str) -> str:
    """The text of one form."""
    html = page(sheet).html.partition(f'data-form="{key}">')[2].partition("</section>")[0]
    assert html, f"there is no form {key}"
    return Reader(PrintedPage(title="", html=html)).text


@pytest.mark.parametrize("sheet", BY_CARE_TYPE.values(), ids=BY_CARE_TYPE)
def test_every_number_stands_exactly_as_in_the_source(sheet: KitSheet) -> None:
    read = Reader(page(replace(sheet, episodes=(), messages=())))
    for name, (printed, e164) in NUMBERS.items():
        assert in_order(read.text, name, printed)
        assert ("href", f"tel:{e164}") in read.attributes
    assert "support.it@rvn.se" in read.text
    assert "Källan anger inga nummer till kommunernas IT-support. Kommuner i länet" in read.text


def test_kit_says_everything_in_the_order_of_need() -> None:
    assert in_order(
        text(KIT),
        *("Underlag vid driftstopp", "Vårdavdelning Asken (demo)", "Verksamhet somatisk slutenvård"),
        *("Gjord måndag 23 november 2026 kl. 10.00", "Gäller till måndag 23 november 2026 kl. 22.00", "Version 3"),
        *("EJ BESLUTAD, version 1.0, 2 oktober 2025.", "Avbrottsrutin Lifecare Samordnad Planering (SP)."),
        *("IT-supporten kontaktad", "Servicedesk via telefonnummer 0660 890 70 eller ärendeportal", "V7"),
        *("Växel Nummer Fråga efter", "Timrå kommun 060-16 31 00 ansvarig biståndshandläggare V58"),
        *("En väg in – en biståndshandläggare ska kontaktas för respektive kommun via växeln", "V57"),
        *(
            "2 personer med skyddade personuppgifter är utelämnade",
            "Öppna vårdtillfällen: 2. Obesvarade meddelanden: 1.",
        ),
        *("Holger Testperson 19470816-2385 planering pågår 25 november 2026", "Edla Testperson"),
        *("Gör så här", "Slutenvårdens ansvar vid driftstopp", "Överförs muntligt", *ITEMS, "Gäller alla"),
        "Där rutinen säger emot sig själv",
        *("Holger Testperson 19470816-2385 Läge planering pågår", "Avdelning Vårdavdelning Asken (demo)"),
        *("Beräknad utskrivning onsdag 25 november 2026", "SIP-möte tisdag 24 november 2026 kl. 10.00–11.00"),
        *("Skicka utskrivningsmeddelande, senast onsdag 25 november 2026 kl. 10.00", "inte kvitterat"),
        *("Planeringsunderlag, måndag 23 november 2026 kl. 05.00", "till Sundsvalls biståndsenhet (demo)"),
        *("Samtal om Holger Testperson, 19470816-2385", "Sundsvalls biståndsenhet (demo) kommun"),
        *("Ring 060-19 10 00 , Sundsvall kommun", "Fråga efter ansvarig biståndshandläggare", "V58"),
        *("Datum Klockslag Namn på den du talade med Signatur Uppgifter Lämnat Mottaget", *ITEMS, "Kommentar"),
        *("Ring 0980-31 92 71", "Fast vårdkontakt: Distriktssköterska Ronja Exempelsson", "Annan mottagare"),
        *("Obesvarade meddelanden", "Edla Testperson", "Enklare frågeställning", "från Ånge hemsjukvård (demo)"),
        *("Väntar på svar, senast onsdag 25 november 2026 kl. 10.00", "Ring 0690-25 01 00"),
        *("Blankett vid driftstopp: somatisk slutenvård", "kommunal vård", "primärvård", "SIP-möte under"),
        *("När systemet är i drift igen: somatisk", "kommunal", "primärvård", "Så skickas blanketterna in"),
    )


@pytest.mark.parametrize("sheet", BY_CARE_TYPE.values(), ids=BY_CARE_TYPE)
def test_own_procedure_stands_whole_and_own_forms_first(sheet: KitSheet) -> None:
    own = sheet.procedure
    assert own is not None
    assert sheet.care_type in own.care_types
    read = text(sheet)
    done = (*own.during, *own.handed_over_orally, *own.documentation)
    assert in_order(read, own.title, *(one.text for one in done), "Gäller alla")
    keys = re.findall(r'data-form="([a-z-]+)"', page(sheet).html)
    assert len(keys) == len(set(keys)) == 8
    first = own.care_types[0].value.lower().replace("_", "-")
    assert keys[0] == f"calls-{first}"
    assert keys[3:5] == ["meeting", f"after-{first}"]
    assert keys[-1] == "posting-ansvarig-systemforvaltare"


def test_five_items_are_ticked_for_every_receiver_given_or_received() -> None:
    html = page(replace(KIT, episodes=(EPISODE,), messages=())).html
    calls = len(EPISODE.participants) + 1 + 3 * 3  # another receiver; three on each of the three forms
    for item in ITEMS:
        assert (
            html.count(
                f'<tr><td><span class="box"></span></td><td><span class="box"></span></td>'
                f'<th scope="row">{item}</th></tr>'
            )
            == calls
        )
    assert html.count("Namn på den du talade med") == calls + html.count(">Talade med<") - 1


@pytest.mark.parametrize("procedure", ROUTINE.procedures, ids=["inpatient", "municipal", "outpatient"])
def test_checklist_says_what_is_registered_and_what_not(procedure: OutageProcedure) -> None:
    key = procedure.care_types[0].value.lower().replace("_", "-")
    read = part(KIT, f"after-{key}")
    which = [one.text for one in procedure.after if one.classifies]
    assert len(which) == 3
    done = [one.text for one in procedure.after if not one.classifies]
    assert in_order(read, "Vilka patienter", *which, "Att göra", *done)
    assert ("Registreras inte i efterhand" in read) == bool(procedure.not_backfilled)
    assert in_order(read, *(one.text for one in procedure.not_backfilled), "Datum", "Namn", "Signatur")


def test_envelope_and_both_contradicting_instructions() -> None:
    assert in_order(
        part(KIT, "posting-ansvarig-systemforvaltare"),
        *("När avdelningen inte längre behöver blanketten skickas den in", "V33"),
        *("Stoppa ner blanketterna i ett kuvert och förslut.", "Skriv ”Lifecare SP” på kuvertet."),
        *("Lägg i internkuvert", "ansvarig systemförvaltare IT-enheten Skeppet, Örnsköldsviks sjukhus"),
        *("emot sig själv", "Blanketten kan skannas in i patientens journal, och därefter kasseras.", "V28"),
        *("därefter kasseras originalet.", "V39", "och därefter kasseras", "V46"),
        *("När avdelningen inte längre behöver blanketten skickas den in", "V33", "V34"),
        "Vilken av dem som gäller står inte i rutinen.",
    )


def test_meeting_form_says_that_it_is_ours_and_quotes_law_and_routine() -> None:
    assert in_order(
        part(KIT, "meeting"),
        *("Regionens egen mall ingår inte i källan. Blanketten är systemets egen.", "Patientens samtycke"),
        *("Kallade per telefon", "Vilka insatser som behövs", "någon annan än regionen eller kommunen"),
        *("Huvudansvar för planen", "Kopia erbjuden", "ringa alla berörda parter", "V47", "stödblankett", "V48"),
        *("Patienten ska erbjudas en kopia", "V49", "4 kap. 2 §", "16 kap. 4 §"),
    )
    assert "Regionens egen mall" not in part(elsewhere("stockholm"), "meeting")


@pytest.mark.parametrize(
    ("region", "reason"),
    [
        (
            "stockholm",
            "Region Stockholm: Källan har rubriken Reservrutin men inget innehåll under den."
            " Källa: Lifecare SP. S17",
        ),
        ("halland", "Region Halland: Inget av regionens källdokument nämner driftavbrott."),
        ("orebro", "Region Örebro län: Inget av regionens källdokument nämner driftavbrott."),
    ],
)
def test_region_without_a_routine_says_so_and_borrows_none(region: str, reason: str) -> None:
    sheet = replace(elsewhere(region), episodes=(BARE_EPISODE,), messages=())
    read = text(sheet).replace("\xa0", " ")
    assert f"Ingen publicerad avbrottsrutin. {reason}" in read
    assert "Ingen av regionens källor anger någon växel." in read
    lent = [one.text for one in (*ROUTINE.general, *ROUTINE.procedures[0].after) if one.text in read]
    assert lent == []
    assert not [item for item in ITEMS if f'row">{item}<' in page(sheet).html]
    assert re.findall(r'data-form="([a-z-]+)"', page(sheet).html) == ["calls", "meeting"]
    assert "V5" not in read


def test_every_sheet_of_paper_tells_unit_time_and_status() -> None:
    style = page(KIT).html.partition("<style>")[2].partition("</style>")[0]
    assert in_order(
        style,
        *('@top-left { content: "Vårdavdelning Asken', '@top-right { content: "EJ BESLUTAD\\2c  version 1\\2e 0'),
        *('@bottom-left { content: "Gjord måndag 23', "gäller till måndag 23"),
    )
    undated = OutageRoutine(region=REGION.code, published=False, fact="V1", reason="Påhittad orsak.")
    none = page(replace(KIT, region=replace(REGION, outage=undated)))
    assert '@top-right { content: "Ingen publicerad avbrottsrutin"; }' in none.html
    assert "EJ BESLUTAD" not in none.html


def test_routine_of_another_region_needs_data_only() -> None:
    step = Step(text="Påhittat steg: ring grannen.", fact="V22")
    procedure = OutageProcedure(
        care_types=(CareType.MUNICIPAL,),
        title="Påhittat avsnitt",
        during=(step,),
        handed_over_orally=(Step(text="Påhittad uppgift", fact="V24"),),
        after=(RecoveryStep(text="Påhittat efterarbete.", fact="V29"),),
    )
    own = OutageRoutine(region=REGION.code, published=True, fact="V1", procedures=(procedure,))
    sheet = replace(KIT, region=replace(REGION, outage=own), unit=AUTHORITY)
    assert in_order(text(sheet), "Påhittat avsnitt", "Påhittat steg: ring grannen.", "Påhittad uppgift")
    assert "Så skickas blanketterna in" not in text(sheet)
    assert "Påhittat efterarbete." in part(sheet, "after-municipal")
    ward = text(replace(sheet, unit=KIT.unit))
    assert "Rutinen har inget avsnitt för somatisk slutenvård." in ward
    assert "Påhittad uppgift" in ward  # the municipality hands it over; the ward receives it


def test_nothing_is_made_up_for_what_is_not_stated() -> None:
    bare = text(replace(KIT, episodes=(BARE_EPISODE,), messages=(), withheld_count=0))
    assert in_order(
        bare,
        *("Ingen är utelämnad på grund av skyddade personuppgifter.", "inskriven inte angiven"),
        *("Läge inskriven Avdelning Inte angivet Inskriven Inte angivet Beräknad utskrivning Inte angivet Samtal"),
    )
    assert "Obesvarade meddelanden: 0." in bare
    assert "Väntar på svar" not in bare
    assert "Öppna vårdtillfällen: 0. Obesvarade meddelanden: 0." in text(EMPTY)
    one = text(replace(EMPTY, withheld_count=1))
    assert "1 person med skyddade personuppgifter är utelämnade: deras uppgifter finns inte här." in one


@pytest.mark.parametrize("protection", sorted({*Protection} - {Protection.NONE}))
def test_nobody_with_a_protected_identity_can_be_put_in_a_kit(protection: Protection) -> None:
    with pytest.raises(ValueError, match="never part of an outage kit") as caught:
        patient("Ines Testperson", "198706062380", protection=protection)
    assert "Ines" not in str(caught.value)


def test_kit_holds_nothing_of_a_patient_but_what_its_sheet_says() -> None:
    """Nothing but the sheet's own patients: all else in the page is the region's, the unit's and ours."""
    names = ("Holger", "Edla", "Testperson", "19470816", "19311205")
    assert all(name in text(KIT) for name in names)
    assert not [name for name in names if name in page(EMPTY).html]
    assert not [name for name in names if name in KIT_TITLE]


def test_sheets_keep_the_patient_out_of_errors_and_logs() -> None:
    shown = repr((KIT, EPISODE, MESSAGE, HOLGER, EPISODE.participants, EPISODE.waiting, EPISODE.unacknowledged))
    assert not [one for one in ("Holger", "Edla", "2385", "Ronja", "samtalsrum") if one in shown]


def test_hostile_text_is_only_text() -> None:
    html = page(HOSTILE_KIT).html
    read = Reader(page(HOSTILE_KIT))
    assert read.text.count(HOSTILE) >= 12
    assert not {"script", "img", "link", "iframe"} & set(read.tags)
    assert not [name for name, _ in read.attributes if name.startswith("on") or name in ("src", "style")]
    style, _, rest = html.partition("<style>")[2].partition("</style>")
    assert "style>" not in rest
    assert "@import" not in style
    assert style.count("{") == style.count("}")


@pytest.mark.parametrize("sheet", [KIT, EMPTY, elsewhere("halland")], ids=["kit", "empty", "no routine"])
def test_page_is_complete_in_itself_and_well_built(sheet: KitSheet) -> None:
    read = Reader(page(sheet))
    assert page(sheet).html.lstrip().startswith('<!doctype html>\n<html lang="sv">')
    assert ("content", "default-src 'none'; style-src 'unsafe-inline'") in read.attributes
    links = {value for name, value in read.attributes if name == "href"}
    assert all(link and link.startswith("tel:+46") for link in links)
    assert "url(" not in page(sheet).html
    levels = [int(tag[1]) for tag, _ in read.headings]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 2 for before, after in pairwise(levels))


@pytest.mark.parametrize("name", ["made_at", "valid_until"])
def test_a_moment_without_its_zone_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="time zone"):
        replace(KIT, **{name: NOW.replace(tzinfo=None)})
    naive = replace(EPISODE, admitted_at=NOW.replace(tzinfo=None))
    with pytest.raises(ValueError, match="time zone"):
        text(replace(KIT, episodes=(naive,)))


def test_kit_must_be_valid_for_some_time() -> None:
    with pytest.raises(ValueError, match="valid for some time"):
        replace(KIT, valid_until=KIT.made_at)
    assert replace(KIT, valid_until=KIT.made_at + dt.timedelta(seconds=1)).version == 3


def peak(patients: int) -> int:
    """The most memory that printing so many patients takes, in bytes."""
    sheet = replace(KIT, episodes=Many(patients), messages=())
    tracemalloc.start()
    try:
        assert sum(piece.count("</article>") for piece in kit_pages(sheet)) == patients
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_stays_flat_with_thousands_of_patients() -> None:
    peak(10)  # the templates are compiled once
    assert peak(5000) < 1.2 * peak(50)


def test_pdf_is_made_of_the_page_alone(tmp_path: Path) -> None:
    picture = base64.b64decode(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
    )
    (tmp_path / "picture.png").write_bytes(picture)
    pdf = kit_pdf(page(EMPTY).html + f'<img src="{(tmp_path / "picture.png").as_uri()}">')
    assert pdf.startswith(b"%PDF-")
    assert len(pdf) > 20_000
    assert b"/Image" not in pdf


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    with pytest.raises(PdfUnavailable, match=r"pip install 'lifecare-gql\[pdf\]'"):
        kit_pdf("<p>")
