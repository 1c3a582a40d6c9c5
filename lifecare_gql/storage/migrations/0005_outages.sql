-- Outages of a region (driftstopp). Events are the record; the row beside them is read from them.

create table outage (
    id ${uuid} primary key,
    region_code varchar(40) not null,
    state varchar(20) not null,
    version integer not null,
    opened_at ${instant} not null,
    planned_from ${instant},
    planned_to ${instant},
    started_at ${instant},
    ended_at ${instant},
    closed_at ${instant},
    text text,
    constraint outage_version_positive check (version > 0),
    constraint outage_state_known check (state in ('PLANNED', 'ACTIVE', 'RECOVERY', 'CLOSED', 'CANCELLED')),
    constraint outage_ends_after_it_began check (ended_at is null or ended_at > started_at)
);
create unique index outage_one_active on outage (region_code) where state = 'ACTIVE';
create index outage_region_opened on outage (region_code, opened_at, id);

create table outage_event (
    id ${uuid} primary key,
    outage_id ${uuid} not null references outage (id),
    version integer not null,
    kind varchar(20) not null,
    at ${instant} not null,
    occurred_at ${instant},
    unit_id ${uuid} not null references unit (id),
    by_id ${uuid} not null references assignment (id),
    reason text,
    text text,
    content ${json} not null,
    constraint outage_event_one_for_each_version unique (outage_id, version)
);
create index outage_event_unit_id on outage_event (unit_id);
create index outage_event_by_id on outage_event (by_id);
