-- What was said of an outage is neither deleted nor changed.

create trigger outage_is_never_deleted before delete on outage
begin
    select raise(abort, 'outage: a record is never deleted');
end;

create trigger outage_event_is_never_deleted before delete on outage_event
begin
    select raise(abort, 'outage_event: a record is never deleted');
end;

create trigger outage_event_is_never_changed before update on outage_event
begin
    select raise(abort, 'outage_event: what is recorded is never changed');
end;

create trigger outage_content_is_never_changed before update of id, region_code, opened_at on outage
begin
    select raise(abort, 'outage: what is recorded is never changed');
end;
