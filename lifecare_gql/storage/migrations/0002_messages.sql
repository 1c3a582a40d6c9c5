-- Messages outside the care episode, with receipts, events and consents.

create table message (
    id ${uuid} primary key,
    thread_id ${uuid} not null references message (id),
    in_reply_to_id ${uuid} references message (id),
    patient_id ${uuid} not null references patient (id),
    case_id ${uuid} references care_case (id),
    sender_unit_id ${uuid} not null references unit (id),
    author_id ${uuid} not null references assignment (id),
    topic varchar(60) not null,
    purpose varchar(30) not null,
    urgency varchar(20) not null,
    text text not null,
    sent_at ${instant} not null,
    answer_required ${boolean} not null,
    reply_due_at ${instant},
    expectation ${json} not null,
    warnings ${json} not null,
    state varchar(20) not null,
    version integer not null,
    constraint message_text_not_empty check (length(text) > 0),
    constraint message_version_positive check (version > 0),
    constraint message_state_known
        check (state in ('SENT', 'ACKNOWLEDGED', 'ANSWERED', 'CLOSED', 'RETRACTED', 'MISDIRECTED'))
);
create index message_sender_sent on message (sender_unit_id, sent_at, id);
create index message_patient_sent on message (patient_id, sent_at, id);
create index message_thread_sent on message (thread_id, sent_at, id);
create index message_in_reply_to_id on message (in_reply_to_id);
create index message_case_id on message (case_id);
create index message_author_id on message (author_id);

create table receipt (
    id ${uuid} primary key,
    message_id ${uuid} not null references message (id),
    patient_id ${uuid} not null references patient (id),
    unit_id ${uuid} not null references unit (id),
    sent_at ${instant} not null,
    state varchar(20) not null,
    acknowledged_at ${instant},
    acknowledged_by_id ${uuid} references assignment (id),
    answered_at ${instant},
    answered_by_id ${uuid} references assignment (id),
    answer_id ${uuid} references message (id),
    constraint receipt_once unique (message_id, unit_id),
    constraint receipt_state_known check (state in ('SENT', 'ACKNOWLEDGED', 'ANSWERED', 'MISDIRECTED')),
    constraint receipt_acknowledged_by_somebody
        check ((acknowledged_at is null) = (acknowledged_by_id is null)),
    constraint receipt_answered_by_somebody
        check ((answered_at is null) = (answered_by_id is null) and (answered_at is null) = (answer_id is null)),
    constraint receipt_answer_acknowledges check (answered_at is null or acknowledged_at is not null)
);
create index receipt_patient_id on receipt (patient_id);
create index receipt_unit_sent on receipt (unit_id, sent_at, message_id);
create index receipt_acknowledged_by_id on receipt (acknowledged_by_id);
create index receipt_answered_by_id on receipt (answered_by_id);
create index receipt_answer_id on receipt (answer_id);

create table message_event (
    id ${uuid} primary key,
    message_id ${uuid} not null references message (id),
    patient_id ${uuid} not null references patient (id),
    version integer not null,
    kind varchar(20) not null,
    at ${instant} not null,
    unit_id ${uuid} not null references unit (id),
    by_id ${uuid} not null references assignment (id),
    reason text,
    constraint message_event_one_for_each_version unique (message_id, version),
    constraint message_event_kind_known
        check (kind in ('SENT', 'ACKNOWLEDGED', 'ANSWERED', 'RETRACTED', 'MISDIRECTED', 'CLOSED'))
);
create index message_event_patient_id on message_event (patient_id);
create index message_event_unit_id on message_event (unit_id);
create index message_event_by_id on message_event (by_id);

create table consent (
    id ${uuid} primary key,
    patient_id ${uuid} not null references patient (id),
    message_id ${uuid} not null references message (id),
    form varchar(20) not null,
    given_at ${instant} not null,
    recorded_at ${instant} not null,
    recorded_by_id ${uuid} not null references assignment (id),
    constraint consent_used_once unique (message_id),
    constraint consent_given_before_recorded check (given_at <= recorded_at)
);
create index consent_patient_id on consent (patient_id);
create index consent_recorded_by_id on consent (recorded_by_id);
