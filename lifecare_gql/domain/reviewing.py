"""Judge a draft by the core's own demands and by the routines of every region it touches. Pure.

The sender's and the recipients' regions both apply, and objections add up: a region never permits what
another one, or the core, refuses.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import replace

from lifecare_gql.domain.calendar import Deadline, working_days_after
from lifecare_gql.domain.demands import Failure, ListedHealthCentre, recipient_path
from lifecare_gql.domain.directory import Reach
from lifecare_gql.domain.drafts import MessageDraft, Party
from lifecare_gql.domain.objections import Objection, ObjectionCode
from lifecare_gql.domain.region import Region
from lifecare_gql.domain.routines import CountedFrom, Duty, DutyKind, Routine
from lifecare_gql.domain.texts import said, together
from lifecare_gql.domain.topics import COMMON_TOPICS
from lifecare_gql.domain.verdicts import AppliedDuty, Expectation, Routing, Verdict
from lifecare_gql.domain.words import Purpose, Severity

Regions = Mapping[str, Region]

MAX_TEXT_LENGTH = 10_000
"""Characters of a message's text. No document gives a limit: this one is our assumption."""

MAX_NAME_LENGTH = 200
"""Characters of a name or title. Our assumption too."""


def review(draft: MessageDraft, regions: Regions) -> Verdict:
    """Every objection and warning on the draft, its routing, and what is expected of the receivers."""
    routing = route(draft, regions)
    routed = draft if routing is None else replace(draft, recipients=_listed(draft))
    found = [*_core_objections(routed, regions), *_regional_objections(routed, regions)]
    objections = tuple(one for one in found if one.severity is Severity.REFUSE)
    return Verdict(
        allowed=not objections,
        objections=objections,
        warnings=tuple(one for one in found if one.severity is Severity.WARN),
        routing=routing,
        expectation=expect(routed, regions),
        notes=tuple(_notes(routed, regions)),
    )


def route(draft: MessageDraft, regions: Regions) -> Routing | None:
    """Where a routine sends a draft without recipients; None when it has some or no routine routes it."""
    listed = draft.subject.listed_at
    if draft.recipients or listed is None:
        return None
    for region, routine in _governing(draft, regions):
        if isinstance(routine.demand, ListedHealthCentre):
            source = region.source(routine.fact)
            return Routing(unit_id=listed.id, unit_name=listed.name, rule=routine.code, source=source)
    return None


def expect(draft: MessageDraft, regions: Regions, acknowledged_at: dt.datetime | None = None) -> Expectation:
    """What the receivers must do: by the duties of every region that the draft touches.

    A reply expects nothing more than a receipt: it is the answer. `draft.now` is the moment of sending;
    a deadline that is counted from the first acknowledgement is there once `acknowledged_at` is.
    """
    if draft.is_reply:
        return Expectation(answer_required=False, no_deadline_reason=said("Svaret behöver inte besvaras."))
    duties = list(_duties(draft, regions))
    deadlines = _deadlines(draft, duties, acknowledged_at)
    rule, deadline = min(deadlines, key=lambda found: found[1].due_at, default=(None, None))
    return Expectation(
        answer_required=draft.purpose is Purpose.REQUEST_REPLY
        or any(duty.kind.demands_reply for _, duty in duties),
        duties=tuple(_applied(region, duty) for region, duty in duties),
        deadline=deadline,
        deadline_rule=rule,
        no_deadline_reason=None if deadline else _no_deadline_reason(duties),
    )


def _listed(draft: MessageDraft) -> tuple[Party, ...]:
    return (draft.subject.listed_at,) if draft.subject.listed_at else ()


def _governing(draft: MessageDraft, regions: Regions) -> Iterator[tuple[Region, Routine]]:
    for region in _touched(draft, regions):
        for routine in region.book.routines:
            if routine.when.governs(draft):
                yield region, routine


def _touched(draft: MessageDraft, regions: Regions) -> Iterator[Region]:
    return (regions[code] for code in draft.regions if code in regions)


def _regional_objections(draft: MessageDraft, regions: Regions) -> Iterator[Objection]:
    for region, routine in _governing(draft, regions):
        for failure in routine.demand.failures(draft):
            yield _objection(failure, region, routine, regions)


def _objection(failure: Failure, region: Region, routine: Routine, regions: Regions) -> Objection:
    return Objection(
        code=failure.code,
        severity=routine.severity,
        path=failure.path,
        reason=together(routine.reason, failure.detail),
        remedy=routine.remedy,
        region=region.code,
        rule=routine.code,
        source=region.source(routine.fact),
        call=tuple(reach(party, regions) for party in failure.call),
    )


def reach(party: Party, regions: Regions) -> Reach:
    """How a unit of any region is reached by phone; says why there is no number when its region is not enabled."""
    if party.region in regions:
        return regions[party.region].reach(party)
    unknown = said("Regionen {region} är inte aktiverad: inget nummer är känt.", region=party.region)
    return Reach(name=party.name, phone=party.phone, missing=None if party.phone else unknown)


def _core_objections(draft: MessageDraft, regions: Regions) -> Iterator[Objection]:
    from_the_future = draft.consent is not None and draft.consent.given_at > draft.now
    demands = (
        (_known(draft.topic, regions), ObjectionCode.TOPIC_UNKNOWN, ("input", "topic")),
        (bool(draft.recipients), ObjectionCode.NO_RECIPIENT, ("input", "recipientUnitIds")),
        (draft.text_length > 0, ObjectionCode.TEXT_EMPTY, ("input", "text")),
        (draft.text_length <= MAX_TEXT_LENGTH, ObjectionCode.TEXT_TOO_LONG, ("input", "text")),
        (draft.attachments == 0, ObjectionCode.ATTACHMENTS_NOT_SUPPORTED, ("input", "attachmentCount")),
        (not from_the_future, ObjectionCode.CONSENT_INVALID, ("input", "consent", "givenAt")),
        (draft.sender.active, ObjectionCode.UNIT_NOT_REGISTERED, ("viewer", "unit")),
    )
    for met, code, path in demands:
        if not met:
            yield core_objection(code, path)
    for index, recipient in enumerate(draft.recipients):
        if not recipient.active:
            yield core_objection(ObjectionCode.UNIT_NOT_REGISTERED, recipient_path(index))
        if recipient.id == draft.sender.id:
            yield core_objection(ObjectionCode.RECIPIENT_IS_SENDER, recipient_path(index))


def _known(topic: str, regions: Regions) -> bool:
    declared = (COMMON_TOPICS, *(region.book.topics for region in regions.values()))
    return any(topic == one.code for topics in declared for one in topics)


_CORE_TEXTS: Mapping[ObjectionCode, tuple[str, str]] = {
    ObjectionCode.OWN_ACCESS: (
        "Ingen granskar sin egen åtkomst.",
        "Låt en annan logggranskare granska de posterna.",
    ),
    ObjectionCode.NO_RECIPIENT: (
        "Meddelandet har ingen mottagare, och ingen rutin kan avgöra vart det ska.",
        "Välj minst en mottagande enhet.",
    ),
    ObjectionCode.TEXT_EMPTY: ("Meddelandet har ingen text.", "Skriv det mottagaren behöver veta."),
    ObjectionCode.TEXT_TOO_LONG: (
        said("Texten är längre än {most} tecken, vilket är systemets egen gräns.", most=MAX_TEXT_LENGTH),
        "Korta texten eller dela upp den på flera meddelanden.",
    ),
    ObjectionCode.NAME_EMPTY: ("Namnet är tomt.", "Skriv ett namn som andra känner igen."),
    ObjectionCode.NAME_TOO_LONG: (
        said("Namnet är längre än {most} tecken, vilket är systemets egen gräns.", most=MAX_NAME_LENGTH),
        "Korta namnet.",
    ),
    ObjectionCode.ATTACHMENTS_NOT_SUPPORTED: (
        "Systemet kan inte bära bilagor: de skulle gå förlorade.",
        "Skicka meddelandet utan bilaga.",
    ),
    ObjectionCode.CONSENT_FORM_MISSING: (
        "Det framgår inte hur samtycket lämnades.",
        "Ange om det var muntligt eller skriftligt.",
    ),
    ObjectionCode.MOMENT_IN_FUTURE: ("Tidpunkten ligger i framtiden.", "Ange när det skedde."),
    ObjectionCode.CONSENT_INVALID: (
        "Samtycket är daterat efter att meddelandet skickas.",
        "Ange när samtycket inhämtades.",
    ),
    ObjectionCode.UNIT_NOT_REGISTERED: (
        "Enheten är inte upplagd som aktiv i systemet.",
        "Välj en aktiv enhet eller kontakta den som förvaltar systemet.",
    ),
    ObjectionCode.RECIPIENT_IS_SENDER: ("Mottagaren är den egna enheten.", "Välj en annan mottagande enhet."),
    ObjectionCode.TOPIC_UNKNOWN: (
        "Ingen aktiverad region känner till ämnet.",
        "Välj ett av ämnena i frågan topics.",
    ),
    ObjectionCode.REASON_REQUIRED: ("En orsak måste anges.", "Skriv orsaken; den blir en del av historiken."),
}


def core_objection(code: ObjectionCode, path: tuple[str, ...]) -> Objection:
    """An objection of the core itself: it holds in every region and has no regional source."""
    reason, remedy = _CORE_TEXTS[code]
    return Objection(code=code, path=path, reason=said(reason), remedy=said(remedy))


def name_objections(name: str, path: tuple[str, ...], room: int = MAX_NAME_LENGTH) -> tuple[Objection, ...]:
    """What hinders a name or title: it is empty, or longer than can be stored (`room` characters)."""
    if 1 <= len(name) <= room:
        return ()
    if not name:
        return (core_objection(ObjectionCode.NAME_EMPTY, path),)
    told = said("Namnet är längre än {most} tecken, vilket är systemets egen gräns.", most=room)
    return (replace(core_objection(ObjectionCode.NAME_TOO_LONG, path), reason=told),)


def _duties(draft: MessageDraft, regions: Regions) -> Iterator[tuple[Region, Duty]]:
    for region in _touched(draft, regions):
        for duty in region.book.duties:
            if duty.kind is not DutyKind.READ_INBOX and duty.when.governs(draft):
                yield region, duty


def _applied(region: Region, duty: Duty) -> AppliedDuty:
    source = region.source(duty.fact)
    return AppliedDuty(region=region.code, rule=duty.code, kind=duty.kind, title=duty.title, source=source)


def _no_deadline_reason(duties: list[tuple[Region, Duty]]) -> str:
    if any(duty.kind is DutyKind.REPLY_WITHIN for _, duty in duties):
        return said("Svarstiden räknas från första kvittensen, som ännu saknas.")
    return said("Ingen källa för de berörda regionerna anger någon svarstid.")


def _deadlines(
    draft: MessageDraft, duties: list[tuple[Region, Duty]], acknowledged_at: dt.datetime | None
) -> Iterator[tuple[str, Deadline]]:
    for _, duty in duties:
        basis = draft.now if duty.counted_from is CountedFrom.SENT else acknowledged_at
        if duty.kind is DutyKind.REPLY_WITHIN and duty.working_days is not None and basis is not None:
            yield duty.code, working_days_after(basis, duty.working_days, duty.office_hours)


def _notes(draft: MessageDraft, regions: Regions) -> Iterator[str]:
    for code in draft.regions:
        region = regions.get(code)
        if region is None:
            yield said(
                "Regionen {region} är inte aktiverad: bara kärnans regler har prövats för den.", region=code
            )
        elif region.book.silence is not None:
            yield f"{region.info.name}: {region.book.silence}"
