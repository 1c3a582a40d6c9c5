"""What may be entered afterwards of what happened in an outage (efterregistrering), as a table.

It differs from the ordinary process where the routine asks for what that does not allow: the patient left though
nobody could tell that it was discharge-ready (V29, V31), and each kind of unit fills in the patient information
(V30, V41, V52). What must not be entered stands with the region's data (`recovery_backfill`), and so does what
must. Everything else is done as on any day, and needs no mark.
"""

from __future__ import annotations

from lifecare_gql.domain import episode_guards as said
from lifecare_gql.domain import episode_record_guards as record
from lifecare_gql.domain import episode_steps as on
from lifecare_gql.domain import law
from lifecare_gql.domain import process_guards as core
from lifecare_gql.domain.episode_steps import Step, step
from lifecare_gql.domain.episode_words import EpisodeEventKind, EpisodeState, NoticeKind, PartyRole

_Event = EpisodeEventKind
_State = EpisodeState
_HAPPENED = (core.MOMENT, core.HAPPENED)
_GATE = tuple(one.told_only for one in record.SAFETY_GATE)

# fmt: off
BACKFILL_TABLE: tuple[Step, ...] = (
    step(_Event.ADMITTED, (None, _State.REQUESTED), on.WARD,
         record.IDENTITY, record.NO_OTHER_EPISODE, *_HAPPENED,
         to=_State.ADMITTED, joins=True),
    step(_Event.ADMISSION_NOTICE_SENT, (_State.ADMITTED,), on.WARD,
         *core.CHOSEN, said.LEGAL_FIELDS, said.OUTPATIENT_CARE, said.PROTECTED, *_HAPPENED,
         to=_State.NOTIFIED, notice=NoticeKind.ADMISSION_NOTICE, law=law.ADMISSION_NOTICE),
    step(_Event.FIXED_CARE_CONTACT_APPOINTED, on.KNOWN, (PartyRole.OUTPATIENT_CARE,), said.NAMED, *_HAPPENED,
         notice=NoticeKind.FIXED_CARE_CONTACT, law=law.FIXED_CARE_CONTACT),
    step(_Event.PLANNING_BASIS_SENT, (_State.NOTIFIED, _State.PLANNING), on.WARD, core.TEXT, *_HAPPENED,
         notice=NoticeKind.PLANNING_BASIS),
    step(_Event.DISCHARGE_READY_SENT, (_State.NOTIFIED, _State.PLANNING), on.WARD,
         record.NO_SECRECY_TO_NOTIFY, *_HAPPENED,
         to=_State.DISCHARGE_READY, notice=NoticeKind.DISCHARGE_READY, law=law.DISCHARGE_READY),
    step(_Event.DISCHARGE_NOTICE_SENT, on.KNOWN, on.WARD,
         record.NO_SECRECY_TO_TRANSFER, said.PARTICIPANTS, core.TEXT, said.PROTECTED, *_HAPPENED,
         notice=NoticeKind.DISCHARGE_NOTICE, law=law.INFORMATION_TRANSFER),
    step(_Event.PATIENT_INFORMED, on.KNOWN, on.ALL, core.TEXT, *_HAPPENED,
         notice=NoticeKind.PATIENT_INFORMATION, law=law.PATIENT_INFORMATION),
    step(_Event.DISCHARGED, on.PLANNED, on.WARD, *_GATE, *_HAPPENED, to=_State.DISCHARGED),
)
# fmt: on
"""What V29-V31, V40, V41, V51 and V52 name. The patient has left: what V14 and 2 kap. 5 § demand is only told."""
