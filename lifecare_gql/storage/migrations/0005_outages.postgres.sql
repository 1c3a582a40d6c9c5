-- What was said of an outage is neither deleted nor changed.

create trigger outage_is_never_deleted before delete on outage
    for each row execute function record_is_never_deleted();
create trigger outage_is_never_truncated before truncate on outage
    for each statement execute function record_is_never_deleted();
create trigger outage_event_is_never_deleted before delete on outage_event
    for each row execute function record_is_never_deleted();
create trigger outage_event_is_never_truncated before truncate on outage_event
    for each statement execute function record_is_never_deleted();
create trigger outage_event_is_never_changed before update on outage_event
    for each row execute function record_is_never_changed();
create trigger outage_content_is_never_changed before update of id, region_code, opened_at on outage
    for each row execute function record_is_never_changed();
