-- That a file was taken in is neither deleted nor changed.

create trigger phone_log_import_is_never_deleted before delete on phone_log_import
    for each row execute function record_is_never_deleted();
create trigger phone_log_import_is_never_truncated before truncate on phone_log_import
    for each statement execute function record_is_never_deleted();
create trigger phone_log_import_is_never_changed before update on phone_log_import
    for each row execute function record_is_never_changed();
