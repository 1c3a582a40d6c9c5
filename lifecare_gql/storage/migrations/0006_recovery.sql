-- What was entered afterwards of what happened in an outage (efterregistrering).

alter table episode_event add column outage_id ${uuid} references outage (id);
create index episode_event_outage_id on episode_event (outage_id) where outage_id is not null;
create index episode_admitted_at on episode (admitted_at) where admitted_at is not null;
create index episode_discharged_at on episode (discharged_at) where discharged_at is not null;
