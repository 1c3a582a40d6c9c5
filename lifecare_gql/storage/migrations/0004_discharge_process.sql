-- The discharge process, the coordinated individual plan (SIP), consents, and what waits for whom.
-- Events are the record. What stands beside them (state, receipts, tasks) is read from them and could be made anew.

alter table patient add column registered_address varchar(200);

create table episode (
    id ${uuid} primary key,
    patient_id ${uuid} not null references patient (id),
    ward_id ${uuid} not null references unit (id),
    state varchar(40) not null,
    version integer not null,
    opened_at ${instant} not null,
    admitted_at ${instant},
    expected_discharge ${date},
    discharge_ready_at ${instant},
    discharged_at ${instant},
    ended_at ${instant},
    constraint episode_version_positive check (version > 0),
    constraint episode_state_known check (state in (
        'REQUESTED', 'ADMITTED', 'OUTSIDE_THE_LAW', 'NOTIFIED', 'PLANNING', 'DISCHARGE_READY', 'READY_FOR_HOME',
        'DISCHARGED', 'ABORTED', 'CLOSED'
    )),
    constraint episode_ends_with_its_state check ((ended_at is not null) = (state in ('ABORTED', 'CLOSED')))
);
create unique index episode_one_open on episode (patient_id)
    where state not in ('DISCHARGED', 'ABORTED', 'CLOSED');
create index episode_patient_opened on episode (patient_id, opened_at, id);
create index episode_ward_id on episode (ward_id);

create table episode_party (
    id ${uuid} primary key,
    episode_id ${uuid} not null references episode (id),
    patient_id ${uuid} not null references patient (id),
    unit_id ${uuid} not null references unit (id),
    role varchar(40) not null,
    via_id ${uuid} references unit (id),
    since ${instant} not null,
    left_at ${instant},
    constraint episode_party_once unique (episode_id, unit_id),
    constraint episode_party_role_known check (role in ('WARD', 'OUTPATIENT_CARE', 'MUNICIPALITY'))
);
create index episode_party_patient_id on episode_party (patient_id);
create index episode_party_unit_since on episode_party (unit_id, since, episode_id);
create index episode_party_via_id on episode_party (via_id);

create table episode_event (
    id ${uuid} primary key,
    episode_id ${uuid} not null references episode (id),
    patient_id ${uuid} not null references patient (id),
    version integer not null,
    kind varchar(40) not null,
    notice varchar(40),
    at ${instant} not null,
    occurred_at ${instant},
    unit_id ${uuid} not null references unit (id),
    by_id ${uuid} not null references assignment (id),
    about_id ${uuid} references episode_event (id),
    called_id ${uuid} references unit (id),
    reason text,
    text text,
    content ${json} not null,
    constraint episode_event_one_for_each_version unique (episode_id, version)
);
create index episode_event_patient_id on episode_event (patient_id);
create index episode_event_unit_id on episode_event (unit_id);
create index episode_event_by_id on episode_event (by_id);
create index episode_event_about_id on episode_event (about_id);
create index episode_event_called_id on episode_event (called_id);

create table notice_receipt (
    id ${uuid} primary key,
    event_id ${uuid} not null references episode_event (id),
    episode_id ${uuid} not null references episode (id),
    patient_id ${uuid} not null references patient (id),
    unit_id ${uuid} not null references unit (id),
    kind varchar(40) not null,
    sent_at ${instant} not null,
    state varchar(20) not null,
    acknowledged_at ${instant},
    acknowledged_by_id ${uuid} references assignment (id),
    constraint notice_receipt_once unique (event_id, unit_id),
    constraint notice_receipt_state_known check (state in ('SENT', 'ACKNOWLEDGED', 'MISDIRECTED')),
    constraint notice_receipt_acknowledged_by_somebody
        check ((acknowledged_at is null) = (acknowledged_by_id is null))
);
create index notice_receipt_episode_id on notice_receipt (episode_id);
create index notice_receipt_patient_id on notice_receipt (patient_id);
create index notice_receipt_unit_sent on notice_receipt (unit_id, sent_at, event_id);
create index notice_receipt_acknowledged_by_id on notice_receipt (acknowledged_by_id);

alter table plan_process add column state varchar(40) not null default 'CALL_PLANNED';
alter table plan_process add column version integer not null default 0;
alter table plan_process add column episode_id ${uuid} references episode (id);
alter table plan_process add column follow_up_on ${date};
create index plan_process_episode_id on plan_process (episode_id);
create index plan_process_patient_opened on plan_process (patient_id, opened_at, id);

create table plan_party (
    id ${uuid} primary key,
    plan_id ${uuid} not null references plan_process (id),
    patient_id ${uuid} not null references patient (id),
    unit_id ${uuid} not null references unit (id),
    invited ${boolean} not null,
    answer varchar(20) not null,
    since ${instant} not null,
    constraint plan_party_once unique (plan_id, unit_id),
    constraint plan_party_answer_known check (answer in ('PENDING', 'ACCEPTED', 'DECLINED'))
);
create index plan_party_patient_id on plan_party (patient_id);
create index plan_party_unit_since on plan_party (unit_id, since, plan_id);

create table plan_event (
    id ${uuid} primary key,
    plan_id ${uuid} not null references plan_process (id),
    patient_id ${uuid} not null references patient (id),
    version integer not null,
    kind varchar(40) not null,
    at ${instant} not null,
    occurred_at ${instant},
    unit_id ${uuid} not null references unit (id),
    by_id ${uuid} not null references assignment (id),
    reason text,
    text text,
    content ${json} not null,
    constraint plan_event_one_for_each_version unique (plan_id, version)
);
create index plan_event_patient_id on plan_event (patient_id);
create index plan_event_unit_id on plan_event (unit_id);
create index plan_event_by_id on plan_event (by_id);

create table consent_entry (
    id ${uuid} primary key,
    patient_id ${uuid} not null references patient (id),
    kind varchar(20) not null,
    episode_id ${uuid} references episode (id),
    plan_id ${uuid} references plan_process (id),
    version integer not null,
    state varchar(20) not null,
    form varchar(20),
    said_at ${instant} not null,
    recorded_at ${instant} not null,
    unit_id ${uuid} not null references unit (id),
    recorded_by_id ${uuid} not null references assignment (id),
    about text,
    reason text,
    constraint consent_entry_version_positive check (version > 0),
    constraint consent_entry_kind_known check (kind in ('PROCESS', 'PLAN', 'SHARED_RECORDS')),
    constraint consent_entry_state_known check (state in ('ASKED', 'GIVEN', 'REFUSED', 'NOT_ABLE', 'WITHDRAWN')),
    constraint consent_entry_belongs_to_its_kind
        check ((episode_id is not null) = (kind = 'PROCESS') and (plan_id is not null) = (kind = 'PLAN')),
    constraint consent_entry_said_before_recorded check (said_at <= recorded_at)
);
create unique index consent_entry_one_for_each_version
    on consent_entry (patient_id, kind, coalesce(episode_id, plan_id, patient_id), version);
create index consent_entry_episode_id on consent_entry (episode_id);
create index consent_entry_plan_id on consent_entry (plan_id);
create index consent_entry_unit_id on consent_entry (unit_id);
create index consent_entry_recorded_by_id on consent_entry (recorded_by_id);

create table task (
    id ${uuid} primary key,
    unit_id ${uuid} not null references unit (id),
    patient_id ${uuid} not null references patient (id),
    kind varchar(40) not null,
    about ${uuid} not null,
    message_id ${uuid} references message (id),
    episode_id ${uuid} references episode (id),
    plan_id ${uuid} references plan_process (id),
    notice_id ${uuid} references episode_event (id),
    since ${instant} not null,
    due_at ${instant},
    sort_at ${instant} not null,
    done_at ${instant},
    constraint task_about_one_thing check (
        (case when message_id is null then 0 else 1 end) + (case when episode_id is null then 0 else 1 end)
        + (case when plan_id is null then 0 else 1 end) = 1
    )
);
create unique index task_waits_once on task (unit_id, kind, about) where done_at is null;
create index task_worklist on task (unit_id, sort_at, since, kind, id) where done_at is null;
create index task_patient_id on task (patient_id);
create index task_message_id on task (message_id);
create index task_episode_id on task (episode_id);
create index task_plan_id on task (plan_id);
create index task_notice_id on task (notice_id);

-- What already waits: every message that a unit has not yet acknowledged, or not yet answered.
insert into task (id, unit_id, patient_id, kind, about, message_id, since, due_at, sort_at)
select
    r.id, r.unit_id, r.patient_id,
    case when m.answer_required then 'REPLY_TO_MESSAGE' else 'ACKNOWLEDGE_MESSAGE' end,
    m.id, m.id, r.sent_at, m.reply_due_at,
    coalesce(m.reply_due_at, cast('9999-12-31 00:00:00+00:00' as ${instant}))
from receipt r join message m on m.id = r.message_id
where m.state in ('SENT', 'ACKNOWLEDGED')
    and (r.state = 'SENT' or (r.state = 'ACKNOWLEDGED' and m.answer_required));
