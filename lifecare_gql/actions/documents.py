"""What is printed, and what goes into a calendar, made of records that have been read already."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from pydantic import TypeAdapter

from lifecare_gql.actions import episode_facts, plan_facts
from lifecare_gql.actions.facts import UNIT, party
from lifecare_gql.actions.session import Session
from lifecare_gql.documents.calendars import CalendarFile, MeetingCall, invitation
from lifecare_gql.documents.pages import PrintedPage, patient_information_page, plan_page
from lifecare_gql.documents.sheets import (
    ContactLine,
    GivenConsent,
    PatientInformationSheet,
    PlanSheet,
    SheetPatient,
    TakenOver,
    TextSection,
)
from lifecare_gql.domain.calendar import stockholm_day
from lifecare_gql.domain.drafts import Party
from lifecare_gql.domain.episode_words import EpisodeEventKind, PartyRole
from lifecare_gql.domain.identity import parse_identity
from lifecare_gql.domain.plan_facts import PlanFacts
from lifecare_gql.domain.reviewing import reach
from lifecare_gql.domain.words import ConsentState, Protection
from lifecare_gql.storage import rows
from lifecare_gql.storage.reading.reader import Row
from lifecare_gql.storage.reading.rows import BY_VERSION, Many, One, Rows, Shape
from lifecare_gql.storage.reading.where import Where

PERSON = {
    "#person": One(
        relation="patient",
        shape=Shape.of(
            rows.Patient, "identifier", "given_name", "family_name", "registered_address", "protection"
        ),
    )
}
_WRITTEN = [EpisodeEventKind.PATIENT_INFORMED.value, EpisodeEventKind.ANSWERED.value]
_LETTERS = Many(
    rows=Rows(
        model=rows.EpisodeEvent,
        where=Where("{t}.kind in {written}", {"written": _WRITTEN}),
        order=BY_VERSION,
    ),
    parent="{t}.episode_id",
    shape=Shape.of(rows.EpisodeEvent, "version", "kind", "text", "content", unit=UNIT),
)
PRINTED_PLAN = replace(plan_facts.PLAN, ones={**plan_facts.EPISODE, **PERSON})
PRINTED_EPISODE = replace(
    episode_facts.EPISODE,
    ones={**episode_facts.PARTS, **PERSON},
    manys={**episode_facts.STEPS, "#letters": _LETTERS},
)
_CARE_CONTACT = "Din fasta vårdkontakt"
_PARTIES = TypeAdapter(tuple[Party, ...])


def kept_units(units: Iterable[Party]) -> list[dict[str, Any]]:
    """Units as they are kept beside a plan's content, which names them by their ids."""
    found: list[dict[str, Any]] = _PARTIES.dump_python(tuple(units), mode="json", exclude_defaults=True)
    return found


def printed_plan(row: Row, facts: PlanFacts, session: Session) -> PrintedPage | None:
    """The page for the patient (V49), of a plan read in the shape `PRINTED_PLAN`; None before any content."""
    if facts.content is None:
        return None
    person = row.related["#person"]
    events = row.related["#events"].rows
    kept = [one for event in events for one in _PARTIES.validate_python(event.content.get("units", ()))]
    sheet = PlanSheet(
        patient=person_of(person, session),
        made_at=session.now,
        printed_by=session.known().unit,
        version=facts.content_version,
        content=facts.content,
        established_at=facts.established_at,
        units=(*kept, *(part.unit for part in facts.participants)),
        participants=facts.participants,
        consent=_consent(row.related["#consents"].rows),
        meeting=facts.meeting,
        follow_up_on=facts.follow_up_on,
        followed_up_at=facts.followed_up_at,
        closed_at=facts.closed_at,
        contacts=tuple(_fixed_care_contacts(row, session)),
        withheld=_withheld(person),
    )
    return plan_page(sheet)


def meeting_file(row: Row, facts: PlanFacts) -> CalendarFile | None:
    """The meeting as a calendar file, of a plan read in the shape `PRINTED_PLAN`; None before the first call."""
    if facts.meeting is None or facts.caller is None or facts.called_at is None:
        return None
    call = MeetingCall(
        plan_id=row.id.hex,
        meeting=facts.meeting,
        number=facts.meeting_number,
        called_at=facts.called_at,
        caller=facts.caller,
        invited=tuple(part.unit for part in facts.participants if part.invited),
        cancelled_at=facts.closed_at if facts.call_stands else None,
        withheld=_withheld(row.related["#person"]),
    )
    return invitation(call)


def printed_patient_information(row: Row, session: Session) -> PrintedPage | None:
    """The page for the patient, of an episode read in the shape `PRINTED_EPISODE`; None before it is given."""
    letters = row.related["#letters"].rows
    given = [one for one in letters if one.kind is EpisodeEventKind.PATIENT_INFORMED]
    if not given:
        return None
    facts = episode_facts.episode_facts(row, session.now)
    person, said = row.related["#person"], given[-1].content
    ward = facts.ward or party(given[-1].related["unit"])
    named = dict(facts.fixed_care_contact_names)
    units = [part.unit for part in facts.active if part.unit.id in named]
    contacts = [_contact(_CARE_CONTACT, unit, session, named[unit.id]) for unit in units]
    sheet = PatientInformationSheet(
        patient=person_of(person, session),
        made_at=session.now,
        ward=ward,
        discharged_at=facts.discharged_at,
        expected_discharge=facts.expected_discharge,
        done=given[-1].text or "",
        medicines=said.get("medicines", ""),
        what_next=said.get("what_next", ""),
        contacts=(*contacts, _contact("Frågor om tiden på sjukhuset", ward, session)),
        taken_over=tuple(_taken_over(letters)),
        sections=tuple(TextSection(**one) for one in said.get("sections", ())),
        withheld=_withheld(person),
    )
    return patient_information_page(sheet)


def _taken_over(letters: list[Row]) -> Iterable[TakenOver]:
    """What each municipal unit last answered that it does (aktuella insatser)."""
    latest = {one.related["unit"].id: one for one in letters if one.kind is EpisodeEventKind.ANSWERED}
    for one in latest.values():
        unit = party(one.related["unit"])
        if PartyRole.of(unit.kind) is PartyRole.MUNICIPALITY:
            yield TakenOver(unit=unit, what=one.text or "")


def person_of(person: Row, session: Session) -> SheetPatient:
    """Whose page it is, of a patient that was read in the shape of `PERSON`."""
    identity = parse_identity(person.identifier, stockholm_day(session.now))
    name = f"{person.given_name} {person.family_name}"
    return SheetPatient(name=name, identity=identity, address=person.registered_address or "")


def _withheld(person: Row) -> bool:
    protected: bool = person.protection is not Protection.NONE
    return protected


def _consent(entries: list[Row]) -> GivenConsent | None:
    latest = entries[-1] if entries else None
    if latest is None or latest.state is not ConsentState.GIVEN or latest.form is None:
        return None
    return GivenConsent(at=latest.said_at, form=latest.form)


def _fixed_care_contacts(row: Row, session: Session) -> Iterable[ContactLine]:
    kind = EpisodeEventKind.FIXED_CARE_CONTACT_APPOINTED
    latest = {one.unit_id: one for one in row.related["#said"].rows if one.kind is kind}
    for one in latest.values():
        yield _contact(_CARE_CONTACT, party(one.related["unit"]), session, one.content.get("named", ""))


def _contact(purpose: str, unit: Party, session: Session, who: str = "") -> ContactLine:
    """Whom to call, with the unit's own number or the one that its region gives."""
    return ContactLine(purpose=purpose, who=who, unit=unit, phone=reach(unit, session.regions).phone)
