create table note (
    id ${uuid} not null primary key,
    pair text not null,
    half text not null check (half in ('a', 'b')),
    written_at ${instant},
    after_id ${uuid} references note (id) on delete restrict deferrable initially deferred,
    constraint note_once unique (pair, half)
) ${strict};
