-- Webhooks: systems that cannot hold a socket are told what changes, from the same outbox. No secret stands here: it is
-- derived. A delivery is kept only of what did not arrive at once; where a webhook stands is all that is kept else.

create table webhook (
    id ${uuid} primary key,
    unit_id ${uuid} not null references unit (id),
    url text not null,
    topics ${json} not null,
    state varchar(20) not null,
    version integer not null,
    since ${instant} not null,
    ended_at ${instant},
    secret_version integer not null,
    previous_secret_until ${instant},
    unit_position bigint not null,
    region_position bigint not null,
    due_at ${instant} not null,
    dead_in_a_row integer not null,
    last_attempt_at ${instant},
    last_success_at ${instant},
    last_status integer,
    lease ${uuid},
    lease_until ${instant},
    constraint webhook_version_positive check (version > 0),
    constraint webhook_state_known check (state in ('ACTIVE', 'PAUSED', 'ENDED')),
    constraint webhook_ends_with_its_state check ((state = 'ENDED') = (ended_at is not null)),
    constraint webhook_leased_until check ((lease is null) = (lease_until is null))
);
create index webhook_unit_id on webhook (unit_id, since, id);
create index webhook_due on webhook (due_at, id) where state = 'ACTIVE';

create table webhook_event (
    id ${uuid} primary key,
    webhook_id ${uuid} not null references webhook (id),
    version integer not null,
    kind varchar(20) not null,
    at ${instant} not null,
    by_id ${uuid} references assignment (id),
    reason text,
    constraint webhook_event_one_for_each_version unique (webhook_id, version),
    constraint webhook_event_kind_known
        check (kind in ('REGISTERED', 'SECRET_ROTATED', 'PAUSED', 'RESUMED', 'REPLAYED', 'ENDED'))
);
create index webhook_event_by_id on webhook_event (by_id);

create table webhook_delivery (
    id ${uuid} primary key,
    webhook_id ${uuid} not null references webhook (id),
    message_id varchar(60) not null,
    topic varchar(20),
    subject_id ${uuid},
    resync varchar(20),
    at ${instant} not null,
    unit_position bigint not null,
    region_position bigint not null,
    state varchar(20) not null,
    attempts integer not null,
    begun_at ${instant} not null,
    last_attempt_at ${instant},
    last_status integer,
    ended_at ${instant},
    constraint webhook_delivery_once unique (webhook_id, message_id),
    constraint webhook_delivery_state_known check (state in ('PENDING', 'DELIVERED', 'DEAD', 'WITHHELD')),
    constraint webhook_delivery_ends_with_its_state check ((state = 'PENDING') = (ended_at is null)),
    constraint webhook_delivery_tells_one_thing
        check ((topic is null) = (subject_id is null) and (topic is null) = (resync is not null))
);
create index webhook_delivery_state on webhook_delivery (webhook_id, state, begun_at, id);
