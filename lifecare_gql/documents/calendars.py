"""The invitation file of a planning meeting (SIP-möte), for the calendars of those who are called. RFC 5545."""

from __future__ import annotations

import datetime as dt
import re
from contextlib import suppress
from dataclasses import dataclass

from icalendar import Calendar, Conference, Event, Timezone
from pydantic import Field

from lifecare_gql.domain.calendar import STOCKHOLM, stockholm_day
from lifecare_gql.domain.drafts import Party
from lifecare_gql.domain.phones import PhoneNumber
from lifecare_gql.domain.plan_facts import Meeting
from lifecare_gql.domain.plan_words import MeetingForm
from lifecare_gql.domain.values import value

_FORMS = {MeetingForm.VIDEO: "Videomöte", MeetingForm.PHONE: "Telefonmöte"}
_LINK = re.compile(r"https://[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]+")
"""What may stand unescaped in a URI (RFC 3986); a calendar opens it at a touch, so nothing but https."""

_ZONE = f"""\
BEGIN:VTIMEZONE
TZID:{STOCKHOLM.key}
BEGIN:DAYLIGHT
DTSTART:19960331T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
TZNAME:CEST
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
END:DAYLIGHT
BEGIN:STANDARD
DTSTART:19961027T030000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
TZNAME:CET
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
END:STANDARD
END:VTIMEZONE
"""
"""Summer time as a rule (directive 2000/84/EC): the last Sundays of March and October at 01.00 UTC.

The library itself would list each change as a date, with the spring's an hour late; readers that know only rules
then take summer for winter. The second 02-03 o'clock of an October night cannot be written with a zone at all.
"""


@value
class CalendarFile:
    """A file for a calendar (kalenderfil)."""

    filename: str = Field(description="Its name, with the meeting's date and nothing of the patient (filnamn).")
    media_type: str = Field(description="Its media type, for the header Content-Type (mediatyp).")
    text: str = Field(description="Its content: iCalendar, lines ending with CRLF, to be sent as UTF-8.")


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingCall:
    """A call to a planning meeting (kallelse till SIP), or its cancellation. Every moment is aware.

    ``plan_id`` is the plan's random id: the same for each new time, so that a calendar moves its entry.
    ``number`` is 0 for the first call and one more for each new one. ``withheld`` is for protected identities
    (skyddade personuppgifter): no place, and no unit.
    """

    plan_id: str
    meeting: Meeting
    number: int
    called_at: dt.datetime
    caller: Party
    invited: tuple[Party, ...]
    cancelled_at: dt.datetime | None = None
    withheld: bool = False


def invitation(call: MeetingCall) -> CalendarFile:
    """The call as a file that any calendar can read. ``ValueError`` if a moment is not aware.

    A cancellation counts as one more revision (RFC 5546 2.1.4: a changed STATUS raises SEQUENCE).
    """
    calendar = Calendar()
    calendar.add("prodid", "-//lifecare-gql//SIP//SV")
    calendar.add("version", "2.0")
    # Not REQUEST: it demands an ATTENDEE with a mail address, and units have none. For the same reason there is
    # no ORGANIZER: an invented address would be written to.
    calendar.add("method", "PUBLISH")
    calendar.add_component(Timezone.from_ical(_ZONE))
    calendar.add_component(_event(call))
    return CalendarFile(
        filename=f"sip-mote-{stockholm_day(call.meeting.starts_at)}.ics",
        media_type="text/calendar; charset=utf-8; method=PUBLISH; component=VEVENT",
        text=calendar.to_ical().decode(),
    )


def _event(call: MeetingCall) -> Event:
    event = Event()
    event.add("uid", call.plan_id)
    event.add("sequence", call.number + (call.cancelled_at is not None))
    event.add("dtstamp", _in(dt.UTC, call.cancelled_at or call.called_at))
    event.add("dtstart", _in(STOCKHOLM, call.meeting.starts_at))
    event.add("dtend", _in(STOCKHOLM, call.meeting.ends_at))
    # A calendar is no medical record: it is shared with colleagues, synchronised to telephones and shown on
    # locked screens, with no access log. So it says that there is a meeting, and not about whom.
    event.add("summary", "SIP-möte")
    event.add("description", _description(call))
    event.add("status", "CANCELLED" if call.cancelled_at else "CONFIRMED")
    _say_where(event, call.meeting, "" if call.withheld else _line(call.meeting.place))
    return event


def _description(call: MeetingCall) -> str:
    units = [] if call.withheld else _units(call)
    what = "Mötet är inställt." if call.cancelled_at else "Kallelse till möte om samordnad individuell plan."
    return "\n".join((what, *units, "Uppgifterna om mötet finns i Lifecare SP."))


def _units(call: MeetingCall) -> list[str]:
    invited = ", ".join(_line(unit.name) for unit in call.invited)
    return [f"Kallar: {_line(call.caller.name)}", *([f"Kallade: {invited}"] if invited else [])]


def _say_where(event: Event, meeting: Meeting, place: str) -> None:
    """LOCATION for people; CONFERENCE besides when the place is a link or a number that can be dialled."""
    if where := ": ".join(filter(None, (_FORMS.get(meeting.form), place))):
        event.add("location", where)
    if meeting.form is MeetingForm.VIDEO and _LINK.fullmatch(place):
        event.conferences = [Conference(place, feature="VIDEO", label="Videomöte")]
    if meeting.form is MeetingForm.PHONE and place:
        with suppress(ValueError):
            number = PhoneNumber.swedish(place)
            event.conferences = [Conference(f"tel:{number.e164}", feature="PHONE", label="Telefonmöte")]


def _line(text: str) -> str:
    """The text on one line, without characters that cannot be seen: they could only deceive a reader.

    A backslash becomes a slash: the library, and many a reader, takes one before an N for a line break.
    """
    seen = "".join(one for one in text if one.isprintable() or one.isspace())
    return " ".join(seen.split()).replace("\\", "/")


def _in(zone: dt.tzinfo, at: dt.datetime) -> dt.datetime:
    if at.utcoffset() is None:
        raise ValueError("a moment must carry its time zone")
    return at.astimezone(zone)
