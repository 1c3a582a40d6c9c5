"""The guards of the discharge process on the record: receipts, contacts, consent, and the safety gate (V14)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator

from lifecare_gql.domain import law
from lifecare_gql.domain.demands import Failure
from lifecare_gql.domain.drafts import Party
from lifecare_gql.domain.episode_facts import Act, Delivery, EpisodeFacts, Notice
from lifecare_gql.domain.episode_guards import Guard
from lifecare_gql.domain.episode_words import NoticeKind, PartyRole
from lifecare_gql.domain.law import LegalReference
from lifecare_gql.domain.objections import ObjectionCode
from lifecare_gql.domain.process_guards import unless
from lifecare_gql.domain.texts import said
from lifecare_gql.domain.words import ReceiptState

_Code = ObjectionCode

IDENTITY = Guard(
    name="the patient's identity is valid",
    code=_Code.INVALID_IDENTITY,
    reason="Patientens identitet är inte giltig.",
    remedy="Kontrollera personnumret, eller använd ett samordningsnummer eller reservnummer.",
    check=unless(lambda _, facts, __: facts.background.identity_valid, _Code.INVALID_IDENTITY, "input", "patient"),
)
NO_OTHER_EPISODE = Guard(
    name="the patient has no other open episode",
    code=_Code.EPISODE_ALREADY_OPEN,
    reason="Patienten har redan ett öppet vårdtillfälle.",
    remedy="Fortsätt i det öppna vårdtillfället, eller avbryt det med orsak.",
    check=unless(
        lambda _, facts, __: not facts.background.another_open, _Code.EPISODE_ALREADY_OPEN, "input", "patient"
    ),
)


def _received(act: Act, facts: EpisodeFacts, unit: Party) -> list[Delivery]:
    found = (one.delivery(unit.id) for one in facts.to(unit.id, act.about))
    return [delivery for delivery in found if delivery is not None]


def _is(*states: ReceiptState) -> Callable[[Act, EpisodeFacts, Party], bool]:
    """Met when some notice to the unit is in such a state, or there is none (another guard's matter)."""

    def met(act: Act, facts: EpisodeFacts, unit: Party) -> bool:
        received = _received(act, facts, unit)
        return not received or any(one.state in states for one in received)

    return met


RECIPIENT = Guard(
    name="the unit is a recipient of the notice",
    code=_Code.NOT_RECIPIENT,
    reason="Enheten är inte mottagare av något sådant meddelande.",
    remedy="Be en mottagande enhet att göra det.",
    check=unless(_received, _Code.NOT_RECIPIENT, "input", "noticeId"),
)
UNREAD = Guard(
    name="the notice is not acknowledged yet",
    code=_Code.ALREADY_ACKNOWLEDGED,
    reason="Enheten har redan kvitterat meddelandet eller märkt det som felsänt.",
    remedy="Läs om meddelandet: kvittensen visar vem som kvitterade och när.",
    check=unless(_is(ReceiptState.SENT), _Code.ALREADY_ACKNOWLEDGED, "input", "noticeId"),
)
NOT_YET_MISDIRECTED = Guard(
    name="the notice is not marked as misdirected yet",
    code=_Code.WRONG_STATE,
    reason="Meddelandet är redan märkt som felsänt.",
    remedy="Avsändaren har fått besked. Ring avsändaren om det är bråttom.",
    check=unless(_is(ReceiptState.SENT, ReceiptState.ACKNOWLEDGED), _Code.WRONG_STATE, "input", "noticeId"),
)


def _has_acknowledged_admission(_: Act, facts: EpisodeFacts, unit: Party) -> bool:
    kinds = (NoticeKind.ADMISSION_NOTICE, NoticeKind.PARTICIPANT_ADDED, NoticeKind.FORWARDED)
    seen = (one.delivery(unit.id) for one in facts.to(unit.id) if one.kind in kinds)
    return any(one is not None and one.state is ReceiptState.ACKNOWLEDGED for one in seen)


ACKNOWLEDGED = Guard(
    name="the unit has acknowledged the admission notice",
    code=_Code.NOT_ACKNOWLEDGED,
    reason="Enheten har inte kvitterat inskrivningsmeddelandet.",
    remedy="Kvittera inskrivningsmeddelandet först.",
    check=unless(_has_acknowledged_admission, _Code.NOT_ACKNOWLEDGED, "input", "episodeId"),
)
PLANNING_BASIS_THERE = Guard(
    name="the ward has sent a planning basis",
    code=_Code.PROCESS_ORDER,
    reason="Slutenvården har inte skickat något planeringsunderlag.",
    remedy="Vänta på planeringsunderlaget, eller skicka ett generellt meddelande till avdelningen.",
    check=unless(lambda _, facts, __: facts.planning_basis_at, _Code.PROCESS_ORDER, "input", "episodeId"),
)


def _no_secrecy(section: LegalReference) -> Guard:
    return Guard(
        name="secrecy does not hinder it",
        code=_Code.SECRECY_HINDER,
        reason="Sekretess eller tystnadsplikt hindrar att uppgifterna lämnas.",
        remedy="Pröva sekretessen på nytt med patienten och den som ansvarar för vården.",
        law=section,
        check=unless(
            lambda _, facts, __: not facts.background.secrecy_hinders, _Code.SECRECY_HINDER, "input", "episodeId"
        ),
    )


NO_SECRECY_TO_NOTIFY = _no_secrecy(law.DISCHARGE_READY)
NO_SECRECY_TO_TRANSFER = _no_secrecy(law.INFORMATION_TRANSFER)
FIXED_CARE_CONTACT = Guard(
    name="the unit has appointed the fixed care contact",
    code=_Code.NOT_FIXED_CARE_CONTACT,
    reason="Bara den fasta vårdkontaktens enhet kallar till SIP.",
    remedy="Utse en fast vårdkontakt, eller be enheten som har utsett en att kalla.",
    law=law.SIP_CALL,
    check=unless(
        lambda _, facts, unit: unit.id in facts.fixed_care_contacts,
        _Code.NOT_FIXED_CARE_CONTACT,
        "viewer",
        "unit",
    ),
)
PLAN_CONSENT = Guard(
    name="the patient consents to the plan",
    code=_Code.CONSENT_REQUIRED,
    reason="Patienten har inte samtyckt till att en plan upprättas.",
    remedy="Inhämta patientens samtycke till planen.",
    law=law.PLAN_CONSENT,
    check=unless(lambda _, facts, __: facts.background.plan_consent, _Code.CONSENT_REQUIRED, "input", "episodeId"),
)
PLANNED_BY_SIP = Guard(
    name="the patient is not planned for by LPT or LRV",
    code=_Code.CARE_PLAN_INSTEAD,
    reason="För patienten görs en samordnad vårdplan enligt LPT eller LRV i stället för en SIP.",
    remedy="Använd den samordnade vårdplanen.",
    law=law.JOINT_PLANNING,
    check=unless(
        lambda _, facts, __: not facts.background.care_plan_instead,
        _Code.CARE_PLAN_INSTEAD,
        "input",
        "episodeId",
    ),
)


def _all_acknowledged(_: Act, facts: EpisodeFacts, __: Party) -> Iterator[Failure]:
    for notice, unit in facts.unacknowledged():
        detail = said("{unit}: {notice}.", unit=unit.name, notice=notice.kind.term)
        yield Failure(_Code.UNACKNOWLEDGED_REMAIN, ("input", "episodeId"), (unit,), detail)


ALL_ACKNOWLEDGED = Guard(
    name="every notice is acknowledged",
    code=_Code.UNACKNOWLEDGED_REMAIN,
    reason="Ett meddelande är inte kvitterat.",
    remedy="Be enheten att kvittera.",
    check=_all_acknowledged,
)


def _lost_receivers(_: Act, facts: EpisodeFacts, __: Party) -> Iterator[Failure]:
    for role in facts.lost_roles:
        detail = said("Alla meddelanden till {role} är märkta som felsända.", role=role.term)
        yield Failure(_Code.NO_RECEIVING_UNIT, ("input", "episodeId"), detail=detail)
    if not facts.receiving and not facts.lost_roles:
        yield Failure(_Code.NO_RECEIVING_UNIT, ("input", "episodeId"))


RECEIVERS = Guard(
    name="somebody receives the patient in each role that was notified",
    code=_Code.NO_RECEIVING_UNIT,
    reason="Det finns ingen mottagande enhet.",
    remedy="Lägg till den enhet som ska ta emot patienten.",
    fact="V14",
    check=_lost_receivers,
)


def _unsecured(act: Act, facts: EpisodeFacts, _: Party) -> Iterator[Failure]:
    since = facts.leaving_since or (facts.stay_since if act.outage else None)
    for unit in facts.receiving:
        sent = _discharge_notice(facts, unit, since)
        if not _secured(facts, unit, sent, since):
            told = (
                "{unit} har inte kvitterat utskrivningsmeddelandet, och inget samtal om det är noterat."
                if sent
                else "{unit} har inte fått utskrivningsmeddelandet, och inget samtal om det är noterat."
            )
            detail = said(told, unit=unit.name)
            yield Failure(_Code.RECEIPT_NOT_CONFIRMED, ("input", "episodeId"), (unit,), detail)


def _secured(
    facts: EpisodeFacts, unit: Party, sent: tuple[Notice, Delivery] | None, since: dt.datetime | None
) -> bool:
    """Whether the latest discharge notice is acknowledged, or the unit was told by phone since it was sent.

    A notice that is entered after an outage tells what was told by phone in it.
    """
    if since is None:
        return False
    if sent is not None and sent[1].state is ReceiptState.ACKNOWLEDGED:
        return True
    told_since = sent[0].sent_at if sent and sent[0].outage is None else since
    return facts.told_by_phone(unit.id, NoticeKind.DISCHARGE_NOTICE, told_since) is not None


def _discharge_notice(
    facts: EpisodeFacts, unit: Party, since: dt.datetime | None
) -> tuple[Notice, Delivery] | None:
    """The latest one to the unit since the patient last was told to be discharge-ready; an older one is void."""
    for notice in reversed(facts.notices):
        delivery = notice.delivery(unit.id)
        if notice.kind is NoticeKind.DISCHARGE_NOTICE and delivery is not None:
            return (notice, delivery) if since is not None and notice.sent_at >= since else None
    return None


RECEIPTS = Guard(
    name="every receiving unit's receipt is secured",
    code=_Code.RECEIPT_NOT_CONFIRMED,
    reason="Det är inte säkerställt att mottagande enhet har tagit emot informationen.",
    remedy="Be enheten att kvittera, eller ring och notera samtalet med namn och tid.",
    fact="V14",
    check=_unsecured,
)


def _unappointed(_: Act, facts: EpisodeFacts, __: Party) -> Iterator[Failure]:
    for unit in facts.receiving:
        outpatient = PartyRole.of(unit.kind) is PartyRole.OUTPATIENT_CARE
        if outpatient and unit.id not in facts.fixed_care_contacts:
            told = "{unit} har tagit emot inskrivningsmeddelandet men inte utsett någon."
            detail = said(told, unit=unit.name)
            yield Failure(_Code.MISSING_FIXED_CARE_CONTACT, ("input", "episodeId"), (unit,), detail)


CONTACTS_APPOINTED = Guard(
    name="each outpatient unit that was notified has appointed a fixed care contact",
    code=_Code.MISSING_FIXED_CARE_CONTACT,
    reason="En fast vårdkontakt är inte utsedd.",
    remedy="Be enheten att utse en fast vårdkontakt.",
    law=law.FIXED_CARE_CONTACT,
    check=_unappointed,
)
FORM_KEPT = Guard(
    name="a filled-in form lies at the unit",
    code=_Code.FORM_MISSING,
    reason="Det finns ingen blankett att skicka in.",
    remedy="Notera först samtalet som stod på blanketten.",
    fact="V33",
    check=unless(lambda _, facts, unit: unit.id in facts.forms_kept, _Code.FORM_MISSING, "input", "episodeId"),
)
SAFETY_GATE = (RECEIVERS, RECEIPTS, CONTACTS_APPOINTED)
