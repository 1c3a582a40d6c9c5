-- Organisations, units, staff; patients and why a unit takes part in their care.

create table organisation (
    id ${uuid} primary key,
    hsa_id varchar(31) not null,
    name varchar(200) not null,
    principal varchar(20) not null,
    region_code varchar(40) not null,
    constraint organisation_hsa_id_unique unique (hsa_id),
    constraint organisation_principal_known check (principal in ('REGION', 'MUNICIPALITY', 'PRIVATE'))
);

create table unit (
    id ${uuid} primary key,
    hsa_id varchar(31) not null,
    name varchar(200) not null,
    kind varchar(40) not null,
    organisation_id ${uuid} not null references organisation (id),
    region_code varchar(40) not null,
    municipality_code varchar(4),
    phone varchar(40),
    active ${boolean} not null,
    constraint unit_hsa_id_unique unique (hsa_id),
    constraint unit_municipality_code_length check (municipality_code is null or length(municipality_code) = 4)
);
create index unit_organisation_id on unit (organisation_id);
create index unit_region_name on unit (region_code, name, id);

create table staff (
    id ${uuid} primary key,
    hsa_id varchar(31) not null,
    given_name varchar(100) not null,
    family_name varchar(100) not null,
    constraint staff_hsa_id_unique unique (hsa_id)
);

create table assignment (
    id ${uuid} primary key,
    hsa_id varchar(31) not null,
    staff_id ${uuid} not null references staff (id),
    unit_id ${uuid} not null references unit (id),
    title varchar(100) not null,
    licensed ${boolean} not null,
    since ${instant} not null,
    until ${instant},
    constraint assignment_hsa_id_unique unique (hsa_id),
    constraint assignment_ends_after_it_began check (until is null or until > since)
);
create index assignment_staff_id on assignment (staff_id);
create index assignment_unit_id on assignment (unit_id);

create table forum (
    id ${uuid} primary key,
    name varchar(200) not null,
    unit_id ${uuid} not null references unit (id),
    other_unit_id ${uuid} not null references unit (id),
    since ${instant} not null,
    until ${instant},
    constraint forum_between_two_units check (unit_id <> other_unit_id)
);
create index forum_unit_id on forum (unit_id);
create index forum_other_unit_id on forum (other_unit_id);

create table inbox_reading (
    id ${uuid} primary key,
    unit_id ${uuid} not null references unit (id),
    by_id ${uuid} not null references assignment (id),
    at ${instant} not null
);
create index inbox_reading_unit_at on inbox_reading (unit_id, at);
create index inbox_reading_by_id on inbox_reading (by_id);

create table patient (
    id ${uuid} primary key,
    identifier varchar(12) not null,
    identifier_kind varchar(40) not null,
    identifier_digest varchar(64) not null,
    given_name varchar(100) not null,
    family_name varchar(100) not null,
    home_municipality_code varchar(4),
    listed_unit_id ${uuid} references unit (id),
    enrolled_unit_id ${uuid} references unit (id),
    deceased_on date,
    protection varchar(40) not null,
    constraint patient_identifier_digest_unique unique (identifier_digest),
    constraint patient_identifier_length check (length(identifier) = 12),
    constraint patient_protection_known
        check (protection in ('NONE', 'CONFIDENTIALITY_MARK', 'PROTECTED_REGISTRATION'))
);
create index patient_listed_unit_id on patient (listed_unit_id);
create index patient_enrolled_unit_id on patient (enrolled_unit_id);

create table care_relation (
    id ${uuid} primary key,
    patient_id ${uuid} not null references patient (id),
    unit_id ${uuid} not null references unit (id),
    kind varchar(20) not null,
    since ${instant} not null,
    until ${instant},
    constraint care_relation_kind_known check (kind in ('LISTED', 'ENROLLED', 'MESSAGE', 'CASE')),
    constraint care_relation_ends_after_it_began check (until is null or until > since)
);
create unique index care_relation_current on care_relation (patient_id, unit_id, kind) where until is null;
create index care_relation_unit on care_relation (unit_id, patient_id) where until is null;

create table care_case (
    id ${uuid} primary key,
    patient_id ${uuid} not null references patient (id),
    title varchar(200) not null,
    opened_by_unit_id ${uuid} not null references unit (id),
    opened_at ${instant} not null,
    closed_at ${instant},
    constraint care_case_closes_after_it_opened check (closed_at is null or closed_at >= opened_at)
);
create index care_case_patient_opened on care_case (patient_id, opened_at, id);
create index care_case_opened_by_unit_id on care_case (opened_by_unit_id);

create table case_party (
    id ${uuid} primary key,
    case_id ${uuid} not null references care_case (id),
    unit_id ${uuid} not null references unit (id),
    since ${instant} not null,
    constraint case_party_once unique (case_id, unit_id)
);
create index case_party_unit_id on case_party (unit_id);

create table plan_process (
    id ${uuid} primary key,
    patient_id ${uuid} not null references patient (id),
    opened_at ${instant} not null,
    closed_at ${instant},
    constraint plan_process_closes_after_it_opened check (closed_at is null or closed_at >= opened_at)
);
create unique index plan_process_open on plan_process (patient_id) where closed_at is null;
