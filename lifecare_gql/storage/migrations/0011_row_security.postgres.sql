-- Row-level security: whatever a statement asks for, a unit reaches only patients in whose care it has, or once had,
-- a part, or to whom something was opened: what `Builder.parts` asks of what was fetched. Decision 0024 tells why.
--
-- lifecare.wall   'on' for the application's connections; without it every row is let through (migrations, imports)
-- lifecare.unit   the unit on whose behalf the transaction runs; without one no row is let through
-- lifecare.reach  'region' where the program itself must look further; storage/wall.py lists the places

create function wall_is_open() returns boolean language sql stable parallel safe as $$
    select coalesce(current_setting('lifecare.wall', true), '') <> 'on'
        or coalesce(current_setting('lifecare.reach', true), '') = 'region'
$$;

create function wall_unit() returns uuid language sql stable parallel safe as $$
    select nullif(current_setting('lifecare.unit', true), '')::uuid
$$;

do $do$
declare
    -- Said once, for the function and for each policy. Written out in the policies, the planner looks up the few
    -- patients of a page by the index and hashes those of a whole table; a function could do only one of the two.
    in_care constant text :=
        'exists (select 1 from care_relation r where r.patient_id = %1$s and r.unit_id = (select wall_unit()))'
        ' or exists (select 1 from care_access a where a.patient_id = %1$s'
        ' and (select wall_unit()) in (a.unit_id, a.blocked_unit_id))';
    -- What stands about a patient, and in which column whom it is about.
    about constant text[][] := array[
        ['patient', 'id'], ['care_case', 'patient_id'],
        ['message', 'patient_id'], ['receipt', 'patient_id'], ['message_event', 'patient_id'],
        ['consent', 'patient_id'], ['consent_entry', 'patient_id'],
        ['episode', 'patient_id'], ['episode_party', 'patient_id'], ['episode_event', 'patient_id'],
        ['notice_receipt', 'patient_id'], ['task', 'patient_id'],
        ['plan_process', 'patient_id'], ['plan_party', 'patient_id'], ['plan_event', 'patient_id'],
        ['block', 'patient_id'], ['block_event', 'patient_id']
    ];
    one text[];
begin
    foreach one slice 1 in array about loop
        execute format('create policy patients_in_care on %I using ((select wall_is_open()) or %s)',
            one[1], format(in_care, format('%I.%I', one[1], one[2])));
    end loop;
    -- Past the wall: else the policies of these two tables would ask themselves.
    execute format(
        'create function wall_in_care(patient uuid) returns boolean language sql stable parallel safe'
        ' set lifecare.wall = ''off'' as %L',
        'select ' || format(in_care, 'patient'));
end
$do$;

-- A unit's own relations and accesses are read without asking further; none of them is made for a stranger.
create policy patients_in_care on care_relation
    using ((select wall_is_open()) or unit_id = (select wall_unit()) or wall_in_care(patient_id))
    with check ((select wall_is_open()) or wall_in_care(patient_id));
create policy patients_in_care on care_access
    using ((select wall_is_open()) or (select wall_unit()) in (unit_id, blocked_unit_id) or wall_in_care(patient_id))
    with check ((select wall_is_open()) or wall_in_care(patient_id));

-- It names no patient; its case does.
create policy patients_in_care on case_party
    using ((select wall_is_open()) or exists (select 1 from care_case c where c.id = case_party.case_id));

do $do$
declare
    guarded text;
begin
    -- The owner too: nobody is let past but superusers and roles with BYPASSRLS, which the application refuses to be.
    for guarded in select tablename from pg_policies where policyname = 'patients_in_care' and schemaname = 'public' loop
        execute format('alter table %I enable row level security', guarded);
        execute format('alter table %I force row level security', guarded);
    end loop;
end
$do$;
