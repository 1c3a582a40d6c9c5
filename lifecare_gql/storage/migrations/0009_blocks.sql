-- Blocks that patients ask for (spärr), and what is opened to a unit for a while. Events are the record of a block.

create table block (
    id ${uuid} primary key,
    patient_id ${uuid} not null references patient (id),
    unit_id ${uuid} not null references unit (id),
    episode_id ${uuid} references episode (id),
    plan_id ${uuid} references plan_process (id),
    case_id ${uuid} references care_case (id),
    version integer not null,
    since ${instant} not null,
    ended_at ${instant},
    constraint block_version_positive check (version > 0),
    constraint block_of_one_process check (
        (case when episode_id is null then 0 else 1 end) + (case when plan_id is null then 0 else 1 end)
        + (case when case_id is null then 0 else 1 end) <= 1
    ),
    constraint block_ends_after_it_began check (ended_at is null or ended_at >= since)
);
create unique index block_once
    on block (patient_id, unit_id, coalesce(episode_id, plan_id, case_id, patient_id)) where ended_at is null;
create index block_patient_since on block (patient_id, since, id);
create index block_unit_id on block (unit_id);
create index block_episode_id on block (episode_id);
create index block_plan_id on block (plan_id);
create index block_case_id on block (case_id);

create table block_event (
    id ${uuid} primary key,
    block_id ${uuid} not null references block (id),
    patient_id ${uuid} not null references patient (id),
    version integer not null,
    kind varchar(30) not null,
    at ${instant} not null,
    unit_id ${uuid} not null references unit (id),
    by_id ${uuid} not null references assignment (id),
    asked_by varchar(20),
    for_unit_id ${uuid} references unit (id),
    until ${instant},
    reason text,
    constraint block_event_one_for_each_version unique (block_id, version),
    constraint block_event_kind_known
        check (kind in ('SET', 'LIFTED_BY_CONSENT', 'LIFTED_IN_EMERGENCY', 'ENDED')),
    constraint block_event_lifts_for_a_while
        check ((kind in ('SET', 'ENDED')) = (for_unit_id is null) and (for_unit_id is null) = (until is null))
);
create index block_event_patient_id on block_event (patient_id);
create index block_event_unit_id on block_event (unit_id);
create index block_event_by_id on block_event (by_id);
create index block_event_for_unit_id on block_event (for_unit_id);

create table care_access (
    id ${uuid} primary key,
    patient_id ${uuid} not null references patient (id),
    unit_id ${uuid} not null references unit (id),
    block_id ${uuid} references block (id),
    blocked_unit_id ${uuid} references unit (id),
    basis varchar(20) not null,
    purpose varchar(30) not null,
    reason text not null,
    consent_id ${uuid} references consent_entry (id),
    by_id ${uuid} not null references assignment (id),
    since ${instant} not null,
    until ${instant} not null,
    ended_at ${instant},
    constraint care_access_basis_known check (basis in ('CONSENT', 'EMERGENCY')),
    constraint care_access_for_a_while check (until > since),
    constraint care_access_reason_not_empty check (length(reason) > 0),
    constraint care_access_names_whose_block check ((block_id is null) = (blocked_unit_id is null))
);
create index care_access_open on care_access (patient_id, unit_id, until) where ended_at is null;
create index care_access_unit_since on care_access (unit_id, since, id);
create index care_access_block_id on care_access (block_id, unit_id);
create index care_access_blocked_unit_id on care_access (blocked_unit_id);
create index care_access_consent_id on care_access (consent_id);
create index care_access_by_id on care_access (by_id);
create index care_access_basis_since on care_access (basis, since, id);

-- The check on the result asks whether a unit ever had a part in the care: what it was a party of stays readable.
create index care_relation_ever on care_relation (patient_id, unit_id);
