-- What was registered, and what was done to it, is neither deleted nor changed.

create trigger webhook_is_never_deleted before delete on webhook
    for each row execute function record_is_never_deleted();
create trigger webhook_is_never_truncated before truncate on webhook
    for each statement execute function record_is_never_deleted();
create trigger webhook_event_is_never_deleted before delete on webhook_event
    for each row execute function record_is_never_deleted();
create trigger webhook_event_is_never_truncated before truncate on webhook_event
    for each statement execute function record_is_never_deleted();
create trigger webhook_delivery_is_never_deleted before delete on webhook_delivery
    for each row execute function record_is_never_deleted();
create trigger webhook_delivery_is_never_truncated before truncate on webhook_delivery
    for each statement execute function record_is_never_deleted();
create trigger webhook_content_is_never_changed before update of id, unit_id, url, topics, since on webhook
    for each row execute function record_is_never_changed();
create trigger webhook_event_is_never_changed before update on webhook_event
    for each row execute function record_is_never_changed();
create trigger webhook_delivery_content_is_never_changed before update of id, webhook_id, message_id, topic, subject_id, resync, at on webhook_delivery
    for each row execute function record_is_never_changed();
