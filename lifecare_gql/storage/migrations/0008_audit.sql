-- The access log can be verified, read by those who review it, and reviewed.

-- Who the entry is to everybody outside: the sequence tells how much is logged.
alter table access_log add column entry_id ${uuid};
-- Keyed, over all that the entry says. Null for what was written before this migration.
alter table access_log add column digest varchar(64);
create unique index access_log_entry on access_log (entry_id);

create table access_log_seal (
    id ${bigid},
    from_number bigint not null,
    to_number bigint not null,
    entries bigint not null,
    undigested bigint not null,
    digest varchar(64) not null,
    previous varchar(64),
    at ${instant} not null,
    constraint access_log_seal_in_order check (to_number >= from_number),
    constraint access_log_seal_counts check (undigested between 0 and entries)
);
create unique index access_log_seal_from on access_log_seal (from_number);

create table access_review (
    id ${uuid} primary key,
    entry_id ${uuid} not null references access_log (entry_id),
    batch_id ${uuid} not null,
    at ${instant} not null,
    unit_id ${uuid} not null references unit (id),
    by_id ${uuid} not null references assignment (id),
    finding varchar(20) not null,
    comment text,
    constraint access_review_once_a_batch unique (batch_id, entry_id)
);
create index access_review_entry_id on access_review (entry_id);
create index access_review_unit_id on access_review (unit_id);
create index access_review_by_id on access_review (by_id);
