-- What was said of a role is neither deleted nor changed.

create trigger role_grant_is_never_deleted before delete on role_grant
    for each row execute function record_is_never_deleted();
create trigger role_grant_is_never_truncated before truncate on role_grant
    for each statement execute function record_is_never_deleted();
create trigger role_grant_event_is_never_deleted before delete on role_grant_event
    for each row execute function record_is_never_deleted();
create trigger role_grant_event_is_never_truncated before truncate on role_grant_event
    for each statement execute function record_is_never_deleted();
create trigger role_grant_event_is_never_changed before update on role_grant_event
    for each row execute function record_is_never_changed();
create trigger role_grant_content_is_never_changed before update of id, assignment_id, role, region_code, organisation_id, since on role_grant
    for each row execute function record_is_never_changed();
