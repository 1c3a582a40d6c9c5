-- Who has which role beside caring for patients. What happened to it is the record; the row is read from it.

create table role_grant (
    id ${uuid} primary key,
    assignment_id ${uuid} not null references assignment (id),
    role varchar(40) not null,
    region_code varchar(40) not null,
    organisation_id ${uuid} references organisation (id),
    version integer not null,
    since ${instant} not null,
    recertified_at ${instant},
    until ${instant},
    constraint role_grant_version_positive check (version > 0),
    constraint role_grant_ends_after_it_began check (until is null or until >= since)
);
create unique index role_grant_once on role_grant (assignment_id, role) where until is null;
create index role_grant_region on role_grant (region_code, role, id);
create index role_grant_organisation_id on role_grant (organisation_id);

create table role_grant_event (
    id ${uuid} primary key,
    grant_id ${uuid} not null references role_grant (id),
    version integer not null,
    kind varchar(20) not null,
    at ${instant} not null,
    by_id ${uuid} references assignment (id),
    reason text,
    constraint role_grant_event_one_for_each_version unique (grant_id, version)
);
create index role_grant_event_by_id on role_grant_event (by_id);
