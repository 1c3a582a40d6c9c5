-- What was entered afterwards of what happened in an outage (efterregistrering).

alter table episode_event add column outage_id ${uuid} references outage (id);
create index episode_event_outage_id on episode_event (outage_id) where outage_id is not null;
create index episode_admitted_at on episode (admitted_at) where admitted_at is not null;
create index episode_discharged_at on episode (discharged_at) where discharged_at is not null;

-- A file with calls that was taken in whole (blanketter).
create table phone_log_import (
    id ${uuid} primary key,
    unit_id ${uuid} not null references unit (id),
    by_id ${uuid} not null references assignment (id),
    at ${instant} not null,
    calls integer not null,
    constraint phone_log_import_not_empty check (calls > 0)
);
create index phone_log_import_unit_at on phone_log_import (unit_id, at);
create index phone_log_import_by_id on phone_log_import (by_id);
