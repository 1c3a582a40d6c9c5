"""The invitation file, read back by another library than the one that wrote it."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from typing import Any

import pytest
import vobject
from hypothesis import example, given
from hypothesis import strategies as st

from lifecare_gql.documents.calendars import MeetingCall, invitation
from lifecare_gql.domain.calendar import STOCKHOLM
from lifecare_gql.domain.plan_words import MeetingForm
from tests.documents.examples import AUTHORITY, CALL, CENTRE, HOME_CARE, NOW, meeting

HOSTILE = "Rum 1; andra, tredje\r\nEND:VEVENT\nBEGIN:VALARM\rACTION:DISPLAY\u2028x\\n\x00\x0b\u202e"


def read(call: MeetingCall) -> Any:
    """The only event of the file, after a check that the file holds nothing else."""
    (calendar,) = vobject.readComponents(invitation(call).text)
    assert sorted(part.name for part in calendar.components()) == ["VEVENT", "VTIMEZONE"]
    assert not list(calendar.vevent.components())
    return calendar.vevent


def held(start: dt.datetime, hours: float = 1, **changes: Any) -> MeetingCall:
    return replace(CALL, meeting=meeting(start, hours, **changes))


def local(*when: int) -> dt.datetime:
    return dt.datetime(*when, tzinfo=STOCKHOLM)


def test_call_is_read_back_whole() -> None:
    event = read(CALL)
    assert {line.name: line.value for line in event.lines()} == {
        "UID": CALL.plan_id,
        "SEQUENCE": "0",
        "DTSTAMP": NOW,
        "DTSTART": CALL.meeting.starts_at,
        "DTEND": CALL.meeting.ends_at,
        "SUMMARY": "SIP-möte",
        "LOCATION": "Vårdcentralen Eken, samtalsrum 2",
        "DESCRIPTION": "Kallelse till möte om samordnad individuell plan.\nKallar: Vårdcentralen Eken\n"
        "Kallade: Varbergs hemsjukvård Norr, Varbergs biståndsenhet\nUppgifterna om mötet finns i Lifecare SP.",
        "STATUS": "CONFIRMED",
    }
    assert event.dtstart.params["X-VOBJ-ORIGINAL-TZID"] == ["Europe/Stockholm"]


def test_file_says_what_it_is_and_nothing_of_the_patient() -> None:
    file = invitation(CALL)
    assert file.filename == "sip-mote-2026-11-30.ics"
    assert file.media_type.startswith("text/calendar; charset=utf-8; method=PUBLISH")
    assert vobject.readOne(file.text).method.value == "PUBLISH"


@pytest.mark.parametrize(
    ("start", "hours", "hours_on_the_wall"),
    [
        (local(2026, 7, 1, 10, 0), 1, 1),
        (local(2026, 12, 24, 10, 0), 1, 1),
        (local(2026, 3, 29, 1, 30), 1, 2),
        (local(2026, 10, 25, 1, 30), 3, 2),
        (local(2026, 10, 24, 23, 0), 24, 23),
        (local(2045, 8, 1, 10, 0), 1, 1),
        (dt.datetime(2026, 6, 30, 22, 30, tzinfo=dt.UTC), 1, 1),
    ],
)
def test_times_survive_summer_time(start: dt.datetime, hours: int, hours_on_the_wall: int) -> None:
    event = read(held(start, hours))
    begins, ends = event.dtstart.value, event.dtend.value
    assert begins.astimezone(dt.UTC) == start.astimezone(dt.UTC)
    assert ends.astimezone(dt.UTC) - begins.astimezone(dt.UTC) == dt.timedelta(hours=hours)
    assert ends.replace(tzinfo=None) - begins.replace(tzinfo=None) == dt.timedelta(hours=hours_on_the_wall)


def test_the_zones_rule_says_what_the_time_zone_database_says() -> None:
    first = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    moments = [first + dt.timedelta(hours=hours) for hours in range(0, 12 * 8760, 1009)]
    zone = read(CALL).dtstart.value.tzinfo
    walls = [at.astimezone(STOCKHOLM).replace(tzinfo=None) for at in moments]
    assert [wall.replace(tzinfo=zone).astimezone(dt.UTC) for wall in walls] == moments


def test_each_rule_of_the_zone_starts_when_the_clocks_were_changed() -> None:
    rule = r"DTSTART:(\S+)\r\nRRULE.+?TZOFFSETFROM:(\S+)\r\nTZOFFSETTO:(\S+)"
    rules = re.findall(rule, invitation(CALL).text, re.DOTALL)
    assert len(rules) == 2
    for start, before, after in rules:
        at = dt.datetime.strptime(start + before, "%Y%m%dT%H%M%S%z")
        around = (at - dt.timedelta(seconds=1), at)
        assert [f"{one.astimezone(STOCKHOLM):%z}" for one in around] == [before, after]


def test_new_time_moves_the_entry() -> None:
    moved = replace(held(local(2026, 12, 3, 14, 0)), number=1, called_at=NOW + dt.timedelta(days=1))
    first, second = read(CALL), read(moved)
    assert first.uid.value == second.uid.value
    assert int(first.sequence.value) < int(second.sequence.value) == 1
    assert first.dtstamp.value < second.dtstamp.value
    assert second.dtstart.value == local(2026, 12, 3, 14, 0)


def test_cancellation_is_a_later_revision_of_the_same_entry() -> None:
    event = read(replace(CALL, cancelled_at=NOW + dt.timedelta(days=2)))
    assert (event.uid.value, event.sequence.value, event.status.value) == (CALL.plan_id, "1", "CANCELLED")
    assert event.dtstamp.value == NOW + dt.timedelta(days=2)
    assert event.description.value.startswith("Mötet är inställt.\nKallar: ")


@pytest.mark.parametrize(
    ("form", "place", "location", "conference"),
    [
        (MeetingForm.ON_SITE, "", None, None),
        (MeetingForm.ON_SITE, "https://mote.example/1", "https://mote.example/1", None),
        (MeetingForm.VIDEO, "", "Videomöte", None),
        (MeetingForm.VIDEO, "Länken kommer", "Videomöte: Länken kommer", None),
        (
            MeetingForm.VIDEO,
            "https://a.example/b?c=d&e",
            "Videomöte: https://a.example/b?c=d&e",
            "https://a.example/b?c=d&e",
        ),
        (MeetingForm.VIDEO, "javascript:alert(1)", "Videomöte: javascript:alert(1)", None),
        (MeetingForm.VIDEO, 'https://x"\nATTACH:y', 'Videomöte: https://x" ATTACH:y', None),
        (MeetingForm.PHONE, "0980-31 92 01", "Telefonmöte: 0980-31 92 01", "tel:+46980319201"),
        (MeetingForm.PHONE, "Vi ringer upp", "Telefonmöte: Vi ringer upp", None),
    ],
)
def test_where_it_is(form: MeetingForm, place: str, location: str | None, conference: str | None) -> None:
    found = read(held(NOW, form=form, place=place)).contents
    assert [line.value for line in found.get("location", [])] == ([location] if location else [])
    assert [line.value for line in found.get("conference", [])] == ([conference] if conference else [])


@pytest.mark.parametrize("form", MeetingForm)
def test_protected_identity_tells_no_place_and_no_unit(form: MeetingForm) -> None:
    places = {MeetingForm.VIDEO: "https://varberg.example/1", MeetingForm.PHONE: "0980-31 92 01"}
    place = places.get(form, "Vårdcentralen Eken, rum 2")
    call = replace(held(NOW, form=form, place=place), withheld=True)
    unfolded = invitation(call).text.replace("\r\n ", "")
    told = (place, "varberg", "319201", *(unit.name for unit in (CENTRE, HOME_CARE, AUTHORITY)))
    assert not [text for text in told if text in unfolded]
    assert "Lifecare SP" in read(call).description.value


def test_long_swedish_text_is_folded_between_letters() -> None:
    name = "Åtgärdsövergången för äldre på Öckerö och Värö " * 5
    call = replace(held(NOW, place=name), caller=replace(CENTRE, name=name))
    lines = invitation(call).text.encode().split(b"\r\n")
    assert max(map(len, lines)) <= 75
    assert all(line.decode() == line.decode().strip("\r\n") for line in lines)
    assert b"\n" not in b"".join(lines)
    assert read(call).location.value == name.strip()


def test_hostile_place_and_name_stay_text() -> None:
    event = read(replace(held(NOW, place=HOSTILE), caller=replace(CENTRE, name=HOSTILE)))
    assert event.location.value == "Rum 1; andra, tredje END:VEVENT BEGIN:VALARM ACTION:DISPLAY x/n"
    assert event.description.value.split("\n")[1] == f"Kallar: {event.location.value}"


@example("\\Nord \\norr \\;\\,\\\\", MeetingForm.VIDEO)
@given(st.text(st.characters(codec="utf-8")), st.sampled_from(MeetingForm))
def test_no_place_breaks_the_file(place: str, form: MeetingForm) -> None:
    call = held(NOW, form=form, place=place)
    location = read(call).contents.get("location")
    assert letters(location[0].value if location else "").endswith(letters(place).replace("\\", "/"))


def letters(text: str) -> str:
    return "".join(one for one in text if one.isprintable() and one != " ")


@pytest.mark.parametrize("field", ["called_at", "cancelled_at"])
def test_a_moment_without_its_zone_is_refused(field: str) -> None:
    with pytest.raises(ValueError, match="time zone"):
        invitation(replace(CALL, **{field: NOW.replace(tzinfo=None)}))
