"""The vocabularies of the coordinated individual plan (samordnad individuell plan, SIP)."""

from __future__ import annotations

from lifecare_gql.domain.episode_words import PartyRole
from lifecare_gql.domain.words import Principal, UnitKind, Word


def principal_of(kind: UnitKind) -> Principal:
    """The principal (huvudman) on whose side units of the kind take part in a plan: region or municipality."""
    municipal = PartyRole.of(kind) is PartyRole.MUNICIPALITY
    return Principal.MUNICIPALITY if municipal else Principal.REGION


class PlanState(Word):
    """Where a coordinated individual plan (SIP) stands."""

    CALL_PLANNED = "CALL_PLANNED", "kallelse planerad", "The need is known; nobody has called to a meeting yet."
    CALLED = "CALLED", "kallad", "The parties have been called to a planning meeting."
    ESTABLISHED = "ESTABLISHED", "upprättad", "The plan is made, with all that the law demands of it."
    FOLLOWED_UP = "FOLLOWED_UP", "uppföljd", "The plan has been followed up; it is revised or closed next."
    CLOSED = "CLOSED", "avslutad", "The plan is closed, with a reason; its history stays."


class PlanEventKind(Word):
    """What happened to a plan; the events are the record, everything else is read from them."""

    NEED_IDENTIFIED = "NEED_IDENTIFIED", "behov av SIP identifierat", "Somebody saw that a plan is needed (V44)."
    CALLED = "CALLED", "kallelse till SIP skickad", "The parties were called to a meeting, or to another time."
    CALL_ACCEPTED = "CALL_ACCEPTED", "kallelse accepterad", "A unit that was called will come."
    CALL_DECLINED = "CALL_DECLINED", "kallelse avböjd", "A unit that was called will not come, with its reason."
    DRAFTED = "DRAFTED", "utkast sparat", "A draft of the plan's content was saved before the plan was made."
    ESTABLISHED = "ESTABLISHED", "plan upprättad", "The meeting was held and the plan made."
    COPY_OFFERED = "COPY_OFFERED", "kopia erbjuden", "The patient was offered a copy of the plan (V49)."
    FOLLOWED_UP = "FOLLOWED_UP", "plan uppföljd", "What came of the plan was gone through."
    REVISED = "REVISED", "plan reviderad", "The plan got new content; the old versions stay."
    CLOSED = "CLOSED", "plan avslutad", "The plan was closed, with a reason."


class PlanRole(Word):
    """The part that a unit has in a plan (roll i planen)."""

    ANYBODY = "ANYBODY", "vem som helst", "Any unit, also one that takes no part yet."
    PARTICIPANT = "PARTICIPANT", "deltagare", "A unit that saw the need, was told of it, called, or was called."
    INVITED = "INVITED", "kallad", "A unit that was called to the meeting; not the one that calls."
    INITIATOR = "INITIATOR", "den som såg behovet", "The unit that identified the need."
    CALLER = "CALLER", "kallande", "The unit that made the latest call."
    MAIN_RESPONSIBLE = (
        "MAIN_RESPONSIBLE",
        "huvudansvarig",
        "A participating unit of the principal with the main responsibility for the plan.",
    )


class PlanItem(Word):
    """What a plan must show (hälso- och sjukvårdslagen 16 kap. 4 §)."""

    INTERVENTIONS = "INTERVENTIONS", "vilka insatser som behövs", "Which interventions are needed."
    RESPONSIBILITIES = (
        "RESPONSIBILITIES",
        "vilka insatser respektive huvudman ansvarar för",
        "Which interventions each principal is responsible for.",
    )
    MEASURES_BY_OTHERS = (
        "MEASURES_BY_OTHERS",
        "vilka åtgärder som vidtas av någon annan än regionen eller kommunen",
        "Measures by somebody else, also when there are none.",
    )
    MAIN_RESPONSIBILITY = (
        "MAIN_RESPONSIBILITY",
        "om regionen eller kommunen har huvudansvaret för planen",
        "Which of the two has the main responsibility for the plan.",
    )


class MeetingForm(Word):
    """How a planning meeting is held (mötesform)."""

    ON_SITE = "ON_SITE", "på plats", "Everybody meets at a place."
    VIDEO = "VIDEO", "video", "By video."
    PHONE = "PHONE", "telefon", "By phone."


class CallAnswer(Word):
    """What a unit has answered to the latest call (svar på kallelsen)."""

    PENDING = "PENDING", "ej besvarad", "No answer to the latest call."
    ACCEPTED = "ACCEPTED", "accepterad", "The unit will come."
    DECLINED = "DECLINED", "avböjd", "The unit will not come."
