-- What the system keeps for itself: idempotency keys and the access log.

create table idempotency_key (
    id ${uuid} primary key,
    unit_id ${uuid} not null references unit (id),
    key varchar(100) not null,
    action varchar(60) not null,
    body_digest varchar(64) not null,
    result_id ${uuid} not null,
    at ${instant} not null,
    constraint idempotency_key_once unique (unit_id, key)
);

create table access_log (
    id ${bigid},
    at ${instant} not null,
    request_id ${uuid} not null,
    act varchar(20) not null,
    operation varchar(100) not null,
    staff_hsa_id varchar(31) not null,
    assignment_hsa_id varchar(31) not null,
    unit_id ${uuid} not null references unit (id),
    patient_id ${uuid} references patient (id),
    subject varchar(60) not null,
    subject_id ${uuid},
    constraint access_log_act_known check (act in ('READ', 'CREATE', 'UPDATE', 'REFUSED', 'DENIED'))
);
create index access_log_patient_at on access_log (patient_id, at);
create index access_log_unit_at on access_log (unit_id, at);
create unique index access_log_one_row_a_request on access_log (request_id, patient_id, act);
