-- What was registered, and what was done to it, is neither deleted nor changed.

create trigger webhook_is_never_deleted before delete on webhook
begin
    select raise(abort, 'webhook: a record is never deleted');
end;

create trigger webhook_event_is_never_deleted before delete on webhook_event
begin
    select raise(abort, 'webhook_event: a record is never deleted');
end;

create trigger webhook_delivery_is_never_deleted before delete on webhook_delivery
begin
    select raise(abort, 'webhook_delivery: a record is never deleted');
end;

create trigger webhook_content_is_never_changed before update of id, unit_id, url, topics, since on webhook
begin
    select raise(abort, 'webhook: what is recorded is never changed');
end;

create trigger webhook_event_is_never_changed before update on webhook_event
begin
    select raise(abort, 'webhook_event: what is recorded is never changed');
end;

create trigger webhook_delivery_content_is_never_changed before update of id, webhook_id, message_id, topic, subject_id, resync, at on webhook_delivery
begin
    select raise(abort, 'webhook_delivery: what is recorded is never changed');
end;
