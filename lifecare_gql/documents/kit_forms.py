"""The blank forms and checklists of an outage kit: for paper, and for a client that shows them without a server.

What a form asks for is ours where the region gives no template; what a routine says stands in it verbatim, and
what is to be handed over is the routine's own list. Labels and titles are Swedish.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from lifecare_gql.documents.kit_sheets import KitSheet
from lifecare_gql.domain import law
from lifecare_gql.domain.directory import Contact
from lifecare_gql.domain.law import LegalReference
from lifecare_gql.domain.outage_words import RecoveryKind
from lifecare_gql.domain.outages import Contradiction, OutageProcedure, Step
from lifecare_gql.domain.plan_words import MeetingForm, PlanItem
from lifecare_gql.domain.words import CareType, ConsentForm, Principal, Word


class FieldKind(Word):
    """What is written in a field of a form (fälttyp)."""

    DATE = "DATE", "datum", "A date."
    TIME = "TIME", "klockslag", "A time of day in Sweden."
    SHORT = "SHORT", "kort text", "A few words or a number."
    TEXT = "TEXT", "text", "A line of text."
    LONG_TEXT = "LONG_TEXT", "lång text", "Several lines of text."
    CHOICE = "CHOICE", "val", "One of the options."
    GIVEN_OR_RECEIVED = "GIVEN_OR_RECEIVED", "lämnat eller mottaget", "Each option given, received, or neither."
    SIGNATURE = "SIGNATURE", "signatur", "Who is answerable for what is written."

    @property
    def is_wide(self) -> bool:
        """Whether it takes more than one line of a paper."""
        return self in (FieldKind.LONG_TEXT, FieldKind.GIVEN_OR_RECEIVED)


@dataclass(frozen=True, slots=True, kw_only=True)
class FormField:
    """A field of a form; `required` ones are what a note of a call must hold (V28, V39, V46)."""

    key: str
    label: str
    kind: FieldKind
    options: tuple[str, ...] = ()
    required: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FormSection:
    """Fields that belong together; `times` is how often they stand on the paper."""

    key: str
    fields: tuple[FormField, ...]
    title: str = ""
    times: int = 1

    @property
    def is_table(self) -> bool:
        """Whether the fields are short enough to be columns."""
        return self.times > 1 and not any(one.kind.is_wide for one in self.fields)


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A blank form (blankett). `says` is what the routine says of it and `law` what the law demands.

    `note` tells where the form comes from. `care_types` is empty when it is for everybody.
    """

    key: str
    title: str
    note: str
    sections: tuple[FormSection, ...]
    care_types: tuple[CareType, ...] = ()
    says: tuple[Step, ...] = ()
    law: tuple[LegalReference, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Checklist:
    """What to do when the system runs again (checklista): which patients it is about, what, and what not."""

    key: str
    title: str
    care_types: tuple[CareType, ...]
    patients: tuple[Step, ...]
    items: tuple[Step, ...]
    not_registered: tuple[Step, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """How filled-in forms are sent in: who asks for it (V33), how (V34), and what contradicts it (V60)."""

    contact: Contact
    asked: tuple[Step, ...]
    steps: tuple[Step, ...]
    contradictions: tuple[Contradiction, ...]


def forms(sheet: KitSheet) -> tuple[Form, ...]:
    """The blank forms: notes of calls, the unit's own care type first, and the planning meeting."""
    return (*_call_forms(sheet), _meeting_form(sheet))


def call_fields(sheet: KitSheet) -> tuple[FormField, ...]:
    """What is noted of each call: the twin on paper of a note of a call in the system (V28, V39, V46)."""
    return (
        _field("date", "Datum", FieldKind.DATE, required=True),
        _field("time", "Klockslag", FieldKind.TIME),
        _field("spoke_with", "Namn på den du talade med", FieldKind.TEXT, required=True),
        _field("signature", "Signatur", FieldKind.SIGNATURE, required=True),
        *_items(sheet),
        _field("comment", "Kommentar", FieldKind.LONG_TEXT),
    )


def checklists(sheet: KitSheet) -> tuple[Checklist, ...]:
    """What to do afterwards, one list for each procedure; none without a routine."""
    return tuple(_checklist(one) for one in sheet.procedures)


def postings(sheet: KitSheet) -> tuple[Posting, ...]:
    """The instructions that name an address to send the forms to."""
    return tuple(_postings(sheet))


def contradictions(sheet: KitSheet) -> tuple[Contradiction, ...]:
    """Everything in which the routine contradicts itself or leaves a gap (V60), with what it says on each side."""
    return sheet.routine.contradictions if sheet.routine else ()


def oral_items(sheet: KitSheet) -> tuple[Step, ...]:
    """What is handed over by phone (V24): by the unit itself, else what others hand over to it."""
    return next((one.handed_over_orally for one in sheet.procedures if one.handed_over_orally), ())


OUTAGE_LOG = FormSection(
    key="outage",
    title="Avbrottet",
    fields=(
        FormField(key="began", label="Började (datum, tid)", kind=FieldKind.SHORT),
        FormField(key="support_called", label="IT-supporten kontaktad (tid)", kind=FieldKind.SHORT),
        FormField(key="ended", label="I drift igen (datum, tid)", kind=FieldKind.SHORT),
        FormField(key="signature", label="Signatur", kind=FieldKind.SIGNATURE),
    ),
)
"""When it happened: what the work afterwards is computed from (V6, V29)."""


def _field(key: str, label: str, kind: FieldKind, *options: str, required: bool = False) -> FormField:
    return FormField(key=key, label=label, kind=kind, options=options, required=required)


_PATIENT = FormSection(
    key="patient",
    title="Patienten",
    fields=(
        _field("name", "Namn", FieldKind.TEXT, required=True),
        _field("identifier", "Personnummer", FieldKind.SHORT, required=True),
        _field("unit", "Enhet eller avdelning", FieldKind.TEXT),
        _field("admitted", "Inskriven (datum och tid)", FieldKind.SHORT),
        _field("discharged", "Utskriven (datum och tid)", FieldKind.SHORT),
    ),
)
CALLED = (_field("called", "Mottagande enhet", FieldKind.TEXT), _field("phone", "Telefon", FieldKind.SHORT))
"""Who was called, where the kit does not say it."""

SIGNED = (
    _field("date", "Datum", FieldKind.DATE),
    _field("name", "Namn", FieldKind.TEXT),
    _field("signature", "Signatur", FieldKind.SIGNATURE),
)
"""Who has done it, and when."""

_NO_TEMPLATE = "Regionens egen mall ingår inte i källan."
_OURS = "Blanketten är systemets egen."


def _items(sheet: KitSheet) -> Iterator[FormField]:
    if items := oral_items(sheet):
        options = (step.text for step in items)
        yield _field("items", "Uppgifter", FieldKind.GIVEN_OR_RECEIVED, *options)


def _call_forms(sheet: KitSheet) -> Iterator[Form]:
    calls = FormSection(key="calls", title="Samtal", fields=(*CALLED, *call_fields(sheet)), times=3)
    sections = (_PATIENT, calls)
    for procedure in sheet.procedures:
        yield Form(
            key=f"calls-{_key(procedure)}",
            title=f"Blankett vid driftstopp: {_names(procedure)}",
            note=f"{_NO_TEMPLATE} Fälten är de som rutinen nämner; uppställningen är systemets egen.",
            sections=sections,
            care_types=procedure.care_types,
            says=procedure.documentation,
        )
    if not sheet.procedures:
        note = f"{sheet.no_routine} {_OURS}".strip()
        yield Form(key="calls", title="Samtal vid driftstopp", note=note, sections=sections)


def _checklist(procedure: OutageProcedure) -> Checklist:
    return Checklist(
        key=f"after-{_key(procedure)}",
        title=f"När systemet är i drift igen: {_names(procedure)}",
        care_types=procedure.care_types,
        patients=tuple(step for step in procedure.after if step.classifies),
        items=tuple(step for step in procedure.after if not step.classifies),
        not_registered=procedure.not_backfilled,
    )


def _key(procedure: OutageProcedure) -> str:
    return procedure.care_types[0].value.lower().replace("_", "-")


def _names(procedure: OutageProcedure) -> str:
    return " och ".join(one.swedish for one in procedure.care_types)


def _meeting_form(sheet: KitSheet) -> Form:
    says = _about_meetings(sheet)
    told = f"{_NO_TEMPLATE} {_OURS}" if says else _OURS
    return Form(
        key="meeting",
        title="SIP-möte under driftstopp",
        note=f"{told} Det som en samordnad individuell plan ska innehålla enligt lag är med.",
        sections=_MEETING_SECTIONS,
        says=says,
        law=(law.PLAN_CONSENT, law.INDIVIDUAL_PLAN),
    )


def _about_meetings(sheet: KitSheet) -> tuple[Step, ...]:
    """What the routine says of planning meetings, known by the term itself."""
    return tuple(step for procedure in sheet.procedures for step in _naming_meetings(procedure.during))


def _naming_meetings(said: tuple[Step, ...]) -> Iterator[Step]:
    for before, step in pairwise((None, *said)):
        introduced = before is not None and "SIP" in before.text and before.text.endswith(":")
        if step is not None and (introduced or "SIP" in step.text):
            yield step


def _options(*words: Word) -> tuple[str, ...]:
    return tuple(word.swedish for word in words)


_SIDES = _options(Principal.REGION, Principal.MUNICIPALITY)
_MEETING_SECTIONS = (
    FormSection(key="patient", fields=_PATIENT.fields[:2]),
    FormSection(
        key="meeting",
        fields=(
            _field("date", "Mötet: datum", FieldKind.DATE, required=True),
            _field("time", "Klockslag", FieldKind.TIME),
            _field("form", "Hur", FieldKind.CHOICE, *_options(*MeetingForm)),
            _field("place", "Var", FieldKind.TEXT),
            _field("consent", "Patientens samtycke", FieldKind.CHOICE, *_options(*ConsentForm), "nej"),
            _field("consent_at", "Samtycke lämnat (datum)", FieldKind.SHORT),
        ),
    ),
    FormSection(
        key="called",
        title="Kallade per telefon",
        fields=(
            _field("unit", "Enhet", FieldKind.TEXT),
            _field("spoke_with", "Talade med", FieldKind.TEXT),
            _field("date", "Datum", FieldKind.DATE),
            _field("answer", "Kommer", FieldKind.CHOICE, "ja", "nej"),
        ),
        times=4,
    ),
    FormSection(
        key="plan",
        fields=(
            _field("present", "Närvarande", FieldKind.TEXT),
            _field("goals", "Mål, och vad patienten själv tycker", FieldKind.LONG_TEXT),
        ),
    ),
    FormSection(
        key="interventions",
        title=f"{PlanItem.INTERVENTIONS.swedish.capitalize()}, och {PlanItem.RESPONSIBILITIES.swedish}",
        fields=(
            _field("what", "Insats", FieldKind.TEXT),
            _field("principal", "Huvudman", FieldKind.CHOICE, *_SIDES),
            _field("responsible", "Ansvarig", FieldKind.SHORT),
            _field("starts_on", "Från", FieldKind.DATE),
        ),
        times=5,
    ),
    FormSection(
        key="rest",
        fields=(
            _field("measures_by_others", PlanItem.MEASURES_BY_OTHERS.swedish.capitalize(), FieldKind.LONG_TEXT),
            _field("main_responsibility", "Huvudansvar för planen", FieldKind.CHOICE, *_SIDES),
            _field("follow_up_on", "Följs upp", FieldKind.SHORT),
            _field("copy", "Kopia erbjuden", FieldKind.CHOICE, "tog emot", "ville inte ha"),
            _field("signed_on", "Datum", FieldKind.DATE, required=True),
            _field("written_by", "Namn", FieldKind.TEXT),
            _field("signature", "Signatur", FieldKind.SIGNATURE, required=True),
        ),
    ),
)


def _postings(sheet: KitSheet) -> Iterator[Posting]:
    after = tuple(step for procedure in sheet.procedures for step in procedure.after)
    asked = tuple(step for step in after if RecoveryKind.SEND_FORM in step.demands)
    for contact in sheet.contacts if sheet.routine else ():
        steps = tuple(step for step in after if step.fact == contact.fact)
        if contact.address and steps:
            against = (one for one in contradictions(sheet) if contact.fact in one.facts)
            yield Posting(contact=contact, asked=asked, steps=steps, contradictions=tuple(against))
