-- What an organisation is in its region's list, its agreements, and what was done to units, assignments and training.

alter table organisation add column municipality_code varchar(4);
alter table organisation add column local_administration varchar(60);
alter table unit add column version integer not null default 0;
alter table assignment add column version integer not null default 0;

create table unit_event (
    id ${uuid} primary key,
    unit_id ${uuid} not null references unit (id),
    version integer not null,
    kind varchar(20) not null,
    at ${instant} not null,
    by_id ${uuid} not null references assignment (id),
    reason text,
    content ${json} not null,
    constraint unit_event_one_for_each_version unique (unit_id, version),
    constraint unit_event_kind_known check (kind in ('CONNECTED', 'UPDATED', 'CLOSED'))
);
create index unit_event_by_id on unit_event (by_id);

create table assignment_event (
    id ${uuid} primary key,
    assignment_id ${uuid} not null references assignment (id),
    version integer not null,
    kind varchar(20) not null,
    at ${instant} not null,
    by_id ${uuid} not null references assignment (id),
    reason text,
    constraint assignment_event_one_for_each_version unique (assignment_id, version),
    constraint assignment_event_kind_known check (kind in ('ASSIGNED', 'ENDED'))
);
create index assignment_event_by_id on assignment_event (by_id);

create table care_agreement (
    id ${uuid} primary key,
    organisation_id ${uuid} not null references organisation (id),
    kind varchar(40) not null,
    reference text,
    valid_from ${date} not null,
    valid_to ${date},
    registered_at ${instant} not null,
    by_id ${uuid} not null references assignment (id),
    constraint care_agreement_kind_known check (kind in ('CARE_AGREEMENT', 'DATA_PROCESSING_AGREEMENT')),
    constraint care_agreement_ends_after_it_began check (valid_to is null or valid_to >= valid_from)
);
create index care_agreement_organisation_id on care_agreement (organisation_id, valid_from, id);
create index care_agreement_by_id on care_agreement (by_id);

create table unit_trainer (
    id ${uuid} primary key,
    unit_id ${uuid} not null references unit (id),
    staff_id ${uuid} not null references staff (id),
    since ${instant} not null,
    by_id ${uuid} not null references assignment (id),
    until ${instant},
    until_by_id ${uuid} references assignment (id),
    constraint unit_trainer_ends_after_it_began check (until is null or until >= since),
    constraint unit_trainer_ended_by_somebody check ((until is null) = (until_by_id is null))
);
create unique index unit_trainer_once on unit_trainer (unit_id, staff_id) where until is null;
create index unit_trainer_unit_id on unit_trainer (unit_id);
create index unit_trainer_staff_id on unit_trainer (staff_id);
create index unit_trainer_by_id on unit_trainer (by_id);
create index unit_trainer_until_by_id on unit_trainer (until_by_id);

create table training_record (
    id ${uuid} primary key,
    unit_id ${uuid} not null references unit (id),
    staff_id ${uuid} not null references staff (id),
    kind varchar(20) not null,
    form varchar(20),
    held_on ${date} not null,
    length text,
    recorded_at ${instant} not null,
    by_id ${uuid} not null references assignment (id),
    constraint training_record_kind_known check (kind in ('TRAINER', 'END_USER', 'DIRECT', 'RECORDED', 'E_LEARNING')),
    constraint training_record_form_known check (form is null or form in ('DIGITAL', 'MIXED'))
);
create index training_record_unit_id on training_record (unit_id, held_on, id);
create index training_record_staff_id on training_record (staff_id);
create index training_record_by_id on training_record (by_id);
