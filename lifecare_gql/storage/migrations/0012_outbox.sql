-- What changed, for those who are to be told: ids only, kept for some hours. No record, and nothing refers to it.
-- A stream is unit:<id> or region:<code>; its positions have no gaps, in the order of the commits.

create table stream (
    id varchar(60) primary key,
    last bigint not null
);

create table outbox (
    stream varchar(60) not null,
    position bigint not null,
    at ${instant} not null,
    topic varchar(20) not null,
    subject_id ${uuid} not null,
    kind varchar(40) not null,
    version integer,
    primary key (stream, position)
);
create index outbox_at on outbox (at);
