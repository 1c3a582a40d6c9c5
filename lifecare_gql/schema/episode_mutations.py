"""What is done in a care episode: one mutation for each kind of event, made from the table of the process."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import strawberry

from lifecare_gql.actions import episode_acts, episode_openings
from lifecare_gql.domain.episode_words import EpisodeEventKind, PartyRole
from lifecare_gql.domain.episodes import TABLE
from lifecare_gql.domain.objections import Objection
from lifecare_gql.schema import process_inputs as inputs
from lifecare_gql.schema.acting import acting, record_of_event
from lifecare_gql.schema.context import Info
from lifecare_gql.schema.episodes import Episode, EpisodeEvent
from lifecare_gql.schema.reading import fetch_one
from lifecare_gql.schema.refusals import (
    IdempotencyKeyReused,
    NotFound,
    RefusedByRoutines,
    StaleVersion,
    Success,
)
from lifecare_gql.schema.rights import Right
from lifecare_gql.storage import rows
from lifecare_gql.storage.reading.rows import one

_Kind = EpisodeEventKind


@strawberry.type(description="It happened, and stands in the episode's history.")
class EpisodeChanged(Success):
    """Made of `results.Done` with the event's id."""

    @strawberry.field(description="The episode as it is now; null when your unit may not see it (felsänt, spärr).")
    async def episode(self, info: Info) -> Episode | None:
        return await record_of_event(info, rows.Episode, rows.EpisodeEvent, "episode_id", self.done)

    @strawberry.field(description="The event; null when your unit no longer takes part.")
    async def event(self, info: Info) -> EpisodeEvent | None:
        return await fetch_one(info, one(rows.EpisodeEvent, self.done.row_id))

    @strawberry.field(description="What does not hinder it but should be known.")
    def warnings(self) -> list[Objection]:
        return list(self.done.warnings)


EpisodeActResult = Annotated[
    EpisodeChanged | RefusedByRoutines | NotFound | IdempotencyKeyReused | StaleVersion,
    strawberry.union("EpisodeActResult", description="What became of an act in a care episode."),
]

_NAMES = {
    PartyRole.WARD: "the ward",
    PartyRole.OUTPATIENT_CARE: "outpatient care",
    PartyRole.MUNICIPALITY: "the municipality",
}


def _who(kind: EpisodeEventKind) -> str:
    roles = next(step.who for step in TABLE if step.event is kind)
    return "every unit in it" if set(roles) == set(PartyRole) else " or ".join(_NAMES[role] for role in roles)


def _mutation(order: Callable[[Any], Any], do: Any, input_type: type, description: str, who: str) -> Any:
    right = Right(told=f"{who[0].upper()}{who[1:]}.")
    return acting(do, order, input_type, EpisodeChanged, EpisodeActResult, description, right)


def _opens(kind: EpisodeEventKind, input_type: type, description: str) -> Any:
    def order(said: Any) -> episode_openings.OpeningOrder:
        return inputs.opening_order(kind, said)

    return _mutation(order, episode_openings.open_episode, input_type, description, _who(kind))


def _acts(kind: EpisodeEventKind, input_type: type, description: str) -> Any:
    def order(said: Any) -> episode_acts.EpisodeOrder:
        return inputs.episode_order(kind, said)

    return _mutation(order, episode_acts.act, input_type, description, _who(kind))


def _assesses() -> Any:
    def order(said: inputs.NeedAssessmentInput) -> episode_acts.EpisodeOrder:
        return inputs.episode_order(_Kind.NEED_ASSESSED if said.needed else _Kind.NO_NEED_ASSESSED, said)

    told = "Say whether interventions may be needed after the discharge (bedöma behov, 2 kap. 1 §)."
    return _mutation(order, episode_acts.act, inputs.NeedAssessmentInput, told, _who(_Kind.NEED_ASSESSED))


@strawberry.type(description="What can be done in a care episode.")
class EpisodeMutation:
    """The mutations of the discharge process; the call to a plan stands with the plans."""

    request_care = _opens(
        _Kind.CARE_REQUESTED, inputs.CareRequestInput, "Ask a ward to care for a patient (vårdbegäran)."
    )
    admit_patient = _opens(
        _Kind.ADMITTED,
        inputs.AdmissionInput,
        "Admit a patient (skriva in); it continues the episode that a care request began.",
    )
    assess_need = _assesses()
    assess_secrecy = _acts(
        _Kind.SECRECY_ASSESSED,
        inputs.AssessmentInput,
        "Say whether secrecy hinders that information is given (pröva sekretess, 3 kap. 1-2 §§).",
    )
    assess_compulsory_care = _acts(
        _Kind.COMPULSORY_CARE_ASSESSED,
        inputs.AssessmentInput,
        "Say whether a care plan by LPT or LRV is made instead of a SIP (4 kap. 1 §).",
    )
    send_admission_notice = _acts(
        _Kind.ADMISSION_NOTICE_SENT,
        inputs.AdmissionNoticeInput,
        "Notify the units concerned (inskrivningsmeddelande, 2 kap. 1-3 §§). Late is a flag, never a refusal.",
    )
    acknowledge_notice = _acts(
        _Kind.ACKNOWLEDGED, inputs.NoticeActInput, "Acknowledge a notice that your unit has received (kvittera)."
    )
    answer_admission_notice = _acts(
        _Kind.ANSWERED,
        inputs.EpisodeTextInput,
        "Answer the admission notice with the current interventions (svar på inskrivning, V44).",
    )
    change_expected_discharge = _acts(
        _Kind.EXPECTED_DISCHARGE_CHANGED,
        inputs.ExpectedDischargeInput,
        "Change the expected day of discharge and tell the units (2 kap. 4 §).",
    )
    appoint_fixed_care_contact = _acts(
        _Kind.FIXED_CARE_CONTACT_APPOINTED,
        inputs.FixedCareContactInput,
        "Appoint the fixed care contact, or another one (fast vårdkontakt, 2 kap. 5 §).",
    )
    send_planning_basis = _acts(
        _Kind.PLANNING_BASIS_SENT,
        inputs.PlanningBasisInput,
        "Tell what the patient needs (planeringsunderlag); again: a new version of the ward's part.",
    )
    answer_planning_basis = _acts(
        _Kind.PLANNING_BASIS_ANSWERED,
        inputs.EpisodeTextInput,
        "Fill in your unit's part of the planning basis; again: a new version of it.",
    )
    send_general_notice = _acts(
        _Kind.GENERAL_NOTICE_SENT,
        inputs.EpisodeLetterInput,
        "Tell or ask something (generellt meddelande); only its recipients read it.",
    )
    send_discharge_ready = _acts(
        _Kind.DISCHARGE_READY_SENT,
        inputs.DischargeReadyInput,
        "Tell the units that the patient is discharge-ready (utskrivningsklar, 3 kap. 1 §). It starts the clocks.",
    )
    withdraw_discharge_ready = _acts(
        _Kind.DISCHARGE_READY_WITHDRAWN,
        inputs.EpisodeReasonInput,
        "Take back that the patient is discharge-ready (återta). The clocks are void; both stay in the history.",
    )
    confirm_can_receive = _acts(
        _Kind.CAN_RECEIVE_CONFIRMED,
        inputs.CanReceiveInput,
        "Say from when your unit can receive the patient (kan ta emot, V38).",
    )
    mark_ready_for_home = _acts(
        _Kind.READY_FOR_HOME_MARKED,
        inputs.ReadyForHomeInput,
        "Mark the patient ready for home, with the region's checklist (hemgångsklar).",
    )
    send_discharge_notice = _acts(
        _Kind.DISCHARGE_NOTICE_SENT,
        inputs.DischargeNoticeInput,
        "Transfer the information that care afterwards needs (utskrivningsmeddelande, 3 kap. 2 §). Without"
        " recipients: to every unit in the process.",
    )
    inform_patient = _acts(
        _Kind.PATIENT_INFORMED,
        inputs.PatientInformationInput,
        "Record the written information to the patient (patientinformation, 3 kap. 3 §), which can be printed.",
    )
    discharge_patient = _acts(
        _Kind.DISCHARGED,
        inputs.DischargeInput,
        "Say that the patient has left (hemgång). Refused until every receiving unit's receipt is secured and the"
        " fixed care contact is appointed (V14, 2 kap. 5 §).",
    )
    log_phone_call = _acts(
        _Kind.PHONE_CALL_LOGGED,
        inputs.PhoneCallInput,
        "Note a call by which information was given (telefonlogg, V28); it can secure a receipt (V14).",
    )
    send_outage_form = _acts(
        _Kind.FORM_SENT,
        inputs.EpisodeActInput,
        "Say that the forms about the patient were sent to the administration (skicka in blankett, V33).",
    )
    mark_notice_misdirected = _acts(
        _Kind.MISDIRECTED,
        inputs.MisdirectedNoticeInput,
        "Tell the sender that a notice came to the wrong place (felsänt).",
    )
    forward_notice = _acts(
        _Kind.FORWARDED,
        inputs.ForwardInput,
        "Pass a notice on to units of your own municipality (vidaresända, en väg in, V57).",
    )
    add_participant = _acts(
        _Kind.PARTICIPANT_ADDED,
        inputs.EpisodeLetterInput,
        "Bring units into the process (lägga till deltagare).",
    )
    abort_episode = _acts(
        _Kind.ABORTED, inputs.EpisodeReasonInput, "Break the process off, with a reason (avbrott i processen)."
    )
    close_episode = _acts(
        _Kind.CLOSED,
        inputs.EpisodeActInput,
        "Close the episode when nobody has anything left to acknowledge (avsluta).",
    )
