-- Tenants are made, changed, suspended, deleted and emptied, and how many people they have is counted as it changes.

-- Why a tenant is closed, and whether for good. What is deleted is closed as well, so that every look for an open tenant goes on as it is.
alter table tenants.tenants
  add column status_reason text check (char_length(status_reason) <= 500),
  add column deleted_at timestamptz(3),
  add column deleted_by uuid,
  -- From when on it cannot be restored, and when nothing was left to remove.
  add column emptying_at timestamptz(3),
  add column emptied_at timestamptz(3),
  add constraint tenants_deleted_is_closed check (deleted_at is null or status = 'SUSPENDED'),
  add constraint tenants_deleted_by_somebody check ((deleted_at is null) = (deleted_by is null)),
  add constraint tenants_emptied_is_deleted check ((emptying_at is null or deleted_at is not null) and (emptied_at is null or emptying_at is not null));
create index tenants_latest on tenants.tenants (created_at, id);
-- Written to at once rather than in batches: tenants are made far less often than they are looked for, and what waits to be sorted in makes every look dear.
create index tenants_search on tenants.tenants using gin (lower(name) gin_trgm_ops, slug gin_trgm_ops) with (fastupdate = off);
create index tenants_to_empty on tenants.tenants (deleted_at, id) where deleted_at is not null and emptied_at is null;

-- How an account stands, kept in the directory like all else its lists are sorted and narrowed by.
alter table users.directory_entries add column status users.user_status;
set local role kith_keeper;
update users.directory_entries d set status = p.status from users.people p where p.id = d.user_id;
reset role;
alter table users.directory_entries alter column status set not null;

-- How many people a tenant has, of each role and status: what has been summed up, and the changes since. A change is a row of its own, so that no
-- two people who join at once wait for each other; whoever reads adds both up.
create table tenants.member_counts (
  tenant_id uuid not null,
  role kith.role not null,
  status users.user_status not null,
  members int not null,
  primary key (tenant_id, role, status)
);
create table tenants.member_count_changes (
  id uuid primary key,
  tenant_id uuid not null,
  role kith.role not null,
  status users.user_status not null,
  change int not null check (change <> 0)
);
create index member_count_changes_of_tenant on tenants.member_count_changes (tenant_id);

-- What happened in a tenant, day by day in UTC.
create table tenants.daily_statistics (
  tenant_id uuid not null,
  day date not null,
  sign_ins int not null default 0 check (sign_ins >= 0),
  active_people int not null default 0 check (active_people >= 0),
  joined int not null default 0 check (joined >= 0),
  departed int not null default 0 check (departed >= 0),
  primary key (tenant_id, day)
);
-- Who did anything on a day, once each. Added up by a job, and forgotten some days later.
create table tenants.daily_active_people (
  tenant_id uuid not null,
  day date not null,
  user_id uuid not null,
  counted boolean not null default false,
  primary key (tenant_id, day, user_id)
);
create index daily_active_people_uncounted on tenants.daily_active_people (tenant_id, day, user_id) where not counted;
create index daily_active_people_counted on tenants.daily_active_people (day) where counted;

do $$
declare
  name text;
begin
  foreach name in array array['member_counts', 'member_count_changes', 'daily_statistics', 'daily_active_people'] loop
    execute format('alter table tenants.%I enable row level security', name);
    execute format('alter table tenants.%I force row level security', name);
    execute format('create policy keeper on tenants.%I to kith_keeper using (true) with check (true)', name);
    execute format('create policy active_tenant on tenants.%I to kith_reader, kith_tenants
      using (tenant_id = (select kith.current_tenant_id())) with check (tenant_id = (select kith.current_tenant_id()))', name);
    execute format('grant select, insert, update, delete on tenants.%I to kith_keeper', name);
  end loop;
end
$$;
grant select on tenants.member_counts, tenants.member_count_changes, tenants.daily_statistics to kith_reader, kith_tenants;
grant insert, update (sign_ins, joined, departed) on tenants.daily_statistics to kith_tenants;
grant insert (tenant_id, day, user_id) on tenants.daily_active_people to kith_tenants;

-- A tenant is made and changed in its own scope. Whether it is open is changed by the port below alone.
grant insert (id, name, slug, created_at, updated_at), update (name, slug, version, updated_at) on tenants.tenants to kith_tenants;
grant insert on tenants.memberships, tenants.settings to kith_tenants;
grant update (settings, version, updated_at) on tenants.settings to kith_tenants;

-- The directory follows: as before, and the status with it.
set local role kith_keeper;
create or replace function users.follow_person_into_directory() returns trigger
  language plpgsql security definer set search_path = '' as $$
begin
  update users.directory_entries d
  set status = new.status,
      listed = (new.status = 'ACTIVE'),
      verified = (new.email_verified_at is not null),
      follower_count = new.follower_count,
      search_text = users.directory_text(new.username, (select p.display_name from users.profiles p where p.user_id = new.id))
  where d.user_id = new.id;
  return null;
end
$$;
create or replace function users.directory_put(tenant_id uuid, user_id uuid, role kith.role, joined_at timestamptz) returns void
  language plpgsql security definer set search_path = '' as $$
begin
  -- Locked before it is read: a ban or a new name at this very moment would otherwise find no entry to change, and this one would miss it.
  perform from users.people p where p.id = directory_put.user_id for update;
  if not found then
    raise exception 'person % does not exist', directory_put.user_id using errcode = 'foreign_key_violation', constraint = 'directory_entries_person_exists';
  end if;
  insert into users.directory_entries as d (tenant_id, user_id, role, status, listed, verified, follower_count, search_text, joined_at)
  select directory_put.tenant_id, p.id, directory_put.role, p.status, p.status = 'ACTIVE', p.email_verified_at is not null, p.follower_count,
         users.directory_text(p.username, f.display_name), directory_put.joined_at
  from users.people p
  left join users.profiles f on f.user_id = p.id
  where p.id = directory_put.user_id
  on conflict on constraint directory_entries_pkey do update set role = excluded.role, joined_at = excluded.joined_at;
end
$$;

-- A membership brings its tenant along, now with all that a tenant shows.
create or replace view tenants.own_memberships with (security_barrier) as
  select m.id, m.tenant_id, m.user_id, m.role, m.joined_at,
         t.name as tenant_name, t.slug as tenant_slug, t.status as tenant_status, t.created_at as tenant_created_at,
         t.version as tenant_version, t.deleted_at as tenant_deleted_at, s.settings -> 'branding' as tenant_branding
  from tenants.memberships m
  join tenants.tenants t on t.id = m.tenant_id
  left join tenants.settings s on s.tenant_id = m.tenant_id
  where m.user_id = (select kith.current_user_id());

-- When sessions were used, as before; and that their people were about in a tenant on that day.
create or replace function sessions.note_use(session_ids uuid[], used_at timestamptz[], addresses inet[]) returns void
  language sql security definer set search_path = '' as $$
  with used as (
    select s.id, s.user_id, s.tenant_id, u.at, u.address
    from unnest(note_use.session_ids, note_use.used_at, note_use.addresses) as u (id, at, address)
    join sessions.sessions s on s.id = u.id
    where s.revoked_at is null and s.last_seen_at <= u.at - interval '1 minute'
    order by s.id for update of s skip locked
  ),
  -- In one order, whoever else notes the same people at this moment.
  active as (
    insert into tenants.daily_active_people (tenant_id, day, user_id)
    select distinct used.tenant_id, (used.at at time zone 'utc')::date, used.user_id from used where used.tenant_id is not null order by 1, 2, 3
    on conflict do nothing
  )
  update sessions.sessions s set last_seen_at = used.at, ip_address = coalesce(used.address, s.ip_address)
  from used where s.id = used.id
$$;
reset role;

-- Every tenant, for whoever is an administrator of the platform at this moment, and none for anybody else. No barrier: the one condition is about
-- who asks and not about a row, so it is worked out before any row is read, and a barrier would cost the list and the search their indexes.
create view tenants.every_tenant as
  select t.id, t.name, t.slug, t.status, t.created_at, t.version, t.status_reason, t.deleted_at,
         s.settings -> 'branding' as branding, m.id as own_membership_id
  from tenants.tenants t
  left join tenants.settings s on s.tenant_id = t.id
  left join tenants.memberships m on m.tenant_id = t.id and m.user_id = (select kith.current_user_id())
  where (select exists (select from users.people p where p.id = kith.current_user_id() and p.platform_administrator and p.status = 'ACTIVE'));
grant select on tenants.every_tenant to kith_reader, kith_tenants;

-- Port within tenants: suspends, reinstates, deletes or restores a tenant, whatever tenant the caller acts in, and says where it stood and where it
-- stands. For administrators of the platform; deleting for the tenant's administrators as well. No row when there is no such tenant.
create function tenants.change_status(tenant_id uuid, act text, reason text, restorable_since timestamptz, at timestamptz)
  returns table (was text, became text, slug text)
  language plpgsql security definer set search_path = '' rows 1 as $$
declare
  held tenants.tenants;
begin
  if not exists (select from users.people p where p.id = kith.current_user_id() and p.platform_administrator and p.status = 'ACTIVE')
    and not (act = 'delete' and exists (select from tenants.memberships m
             where m.tenant_id = change_status.tenant_id and m.user_id = kith.current_user_id() and m.role = 'ADMIN')) then
    raise exception 'nobody may do this to a tenant but those who run it' using errcode = 'check_violation', constraint = 'tenants_status_by_entitled';
  end if;
  select * into held from tenants.tenants t where t.id = change_status.tenant_id for update;
  if not found then
    return;
  end if;
  was := case when held.deleted_at is not null then 'DELETED' else held.status::text end;
  became := case
    when act = 'suspend' and was = 'ACTIVE' then 'SUSPENDED'
    when act = 'reinstate' and was = 'SUSPENDED' then 'ACTIVE'
    when act = 'delete' and was in ('ACTIVE', 'SUSPENDED') then 'DELETED'
    when act = 'restore' and was = 'DELETED' and held.emptying_at is null and held.deleted_at > restorable_since then 'ACTIVE'
  end;
  if became is null then
    raise exception 'a tenant that is % cannot be made to %', was, act using errcode = 'check_violation', constraint = 'tenants_status_machine';
  end if;
  slug := held.slug;
  update tenants.tenants t
  set status = (case became when 'ACTIVE' then 'ACTIVE' else 'SUSPENDED' end)::tenants.tenant_status,
      status_reason = case became when 'SUSPENDED' then change_status.reason when 'DELETED' then t.status_reason end,
      deleted_at = case became when 'DELETED' then change_status.at end,
      deleted_by = case became when 'DELETED' then kith.current_user_id() end,
      updated_at = change_status.at
  where t.id = change_status.tenant_id;
  return next;
end
$$;

-- Port within tenants: goes on emptying the tenant that was deleted first of those whose time is over, by so many rows. No row when there is none.
-- Its slug is free from the first step on. What it did, its points and its log stay.
create function tenants.empty_deleted(deleted_before timestamptz, at timestamptz, rows_max int)
  returns table (tenant_id uuid, removed int, done boolean)
  language plpgsql security definer set search_path = '' rows 1 as $$
declare
  step int;
begin
  select t.id into tenant_id from tenants.tenants t
  where t.deleted_at <= deleted_before and t.deleted_at is not null and t.emptied_at is null
  order by t.deleted_at, t.id limit 1 for update skip locked;
  if not found then
    return;
  end if;
  update tenants.tenants t set emptying_at = empty_deleted.at, slug = 'deleted-' || t.id where t.id = empty_deleted.tenant_id and t.emptying_at is null;
  delete from tenants.memberships m where m.id in (select o.id from tenants.memberships o where o.tenant_id = empty_deleted.tenant_id order by o.joined_at, o.id limit rows_max);
  get diagnostics removed = row_count;
  if removed < rows_max and to_regclass('tenants.invitations') is not null then
    delete from tenants.invitations i where i.id in (select o.id from tenants.invitations o where o.tenant_id = empty_deleted.tenant_id limit rows_max - removed);
    get diagnostics step = row_count;
    removed := removed + step;
  end if;
  done := removed < rows_max;
  if done then
    delete from tenants.settings s where s.tenant_id = empty_deleted.tenant_id;
    update tenants.tenants t set emptied_at = empty_deleted.at where t.id = empty_deleted.tenant_id;
  end if;
  return next;
end
$$;

-- Whoever changes who belongs to a tenant, and as what, has counted it by that.
create function tenants.count_member() returns trigger
  language plpgsql security definer set search_path = '' as $$
begin
  if tg_op <> 'INSERT' then
    insert into tenants.member_count_changes (id, tenant_id, role, status, change) values (uuidv7(), old.tenant_id, old.role, old.status, -1);
  end if;
  if tg_op <> 'DELETE' then
    insert into tenants.member_count_changes (id, tenant_id, role, status, change) values (uuidv7(), new.tenant_id, new.role, new.status, 1);
  end if;
  return null;
end
$$;

-- Port within tenants: adds up so many of the changes and of the people who were about on a day, and forgets those of the days before one. Says how
-- many rows it took of whichever were more. What is read beside it is of before or of after, and the same.
create function tenants.fold_counts(rows_max int, forget_before date) returns int
  language plpgsql security definer set search_path = '' as $$
declare
  taken int;
  most int := 0;
begin
  with gone as (
    delete from tenants.member_count_changes c
    where c.id in (select o.id from tenants.member_count_changes o order by o.id limit rows_max for update skip locked)
    returning c.tenant_id, c.role, c.status, c.change
  ), folded as (
    insert into tenants.member_counts as m (tenant_id, role, status, members)
    select g.tenant_id, g.role, g.status, sum(g.change)::int from gone g group by 1, 2, 3 order by 1, 2, 3
    on conflict on constraint member_counts_pkey do update set members = m.members + excluded.members
  )
  select count(*) into taken from gone;
  most := greatest(most, taken);
  with counted as (
    update tenants.daily_active_people a set counted = true
    where (a.tenant_id, a.day, a.user_id) in (
      select o.tenant_id, o.day, o.user_id from tenants.daily_active_people o where not o.counted order by 1, 2, 3 limit rows_max for update skip locked)
    returning a.tenant_id, a.day
  ), folded as (
    insert into tenants.daily_statistics as d (tenant_id, day, active_people)
    select c.tenant_id, c.day, count(*)::int from counted c group by 1, 2 order by 1, 2
    on conflict on constraint daily_statistics_pkey do update set active_people = d.active_people + excluded.active_people
  )
  select count(*) into taken from counted;
  most := greatest(most, taken);
  delete from tenants.daily_active_people a where (a.tenant_id, a.day, a.user_id) in (
    select o.tenant_id, o.day, o.user_id from tenants.daily_active_people o where o.counted and o.day < forget_before order by o.day limit rows_max for update skip locked);
  get diagnostics taken = row_count;
  return greatest(most, taken);
end
$$;

-- What was so before anybody counted.
grant usage on schema users to kith_tenants;
set local role kith_keeper;
insert into tenants.member_counts (tenant_id, role, status, members)
select d.tenant_id, d.role, d.status, count(*)::int from users.directory_entries d group by 1, 2, 3;
insert into tenants.daily_active_people (tenant_id, day, user_id)
select distinct h.tenant_id, (h.occurred_at at time zone 'utc')::date, h.user_id
from sessions.login_history h where h.failure is null and h.tenant_id is not null and h.user_id is not null;
insert into tenants.daily_statistics (tenant_id, day, sign_ins, joined)
select x.tenant_id, x.day, sum(x.sign_ins)::int, sum(x.joined)::int
from (select h.tenant_id, (h.occurred_at at time zone 'utc')::date as day, 1 as sign_ins, 0 as joined from sessions.login_history h where h.failure is null and h.tenant_id is not null
      union all
      select m.tenant_id, (m.joined_at at time zone 'utc')::date, 0, 1 from tenants.memberships m) x
group by 1, 2;
reset role;
create trigger counted after insert or delete on users.directory_entries
  for each row execute function tenants.count_member();
create trigger counted_anew after update of role, status on users.directory_entries
  for each row when (old.role is distinct from new.role or old.status is distinct from new.status) execute function tenants.count_member();

revoke execute on function tenants.change_status(uuid, text, text, timestamptz, timestamptz), tenants.empty_deleted(timestamptz, timestamptz, int),
  tenants.count_member(), tenants.fold_counts(int, date) from public;
grant execute on function tenants.change_status(uuid, text, text, timestamptz, timestamptz), tenants.empty_deleted(timestamptz, timestamptz, int),
  tenants.fold_counts(int, date) to kith_tenants;
-- How whoever makes a tenant stands, for tenants.
set local role kith_keeper;
grant execute on function users.hold_standing(uuid) to kith_tenants;
reset role;

-- Last, when every grant is made: once the keeper owns them, an owner of the database who is no superuser can grant nothing on them.
alter view tenants.every_tenant owner to kith_keeper;
alter function tenants.change_status(uuid, text, text, timestamptz, timestamptz) owner to kith_keeper;
alter function tenants.empty_deleted(timestamptz, timestamptz, int) owner to kith_keeper;
alter function tenants.count_member() owner to kith_keeper;
alter function tenants.fold_counts(int, date) owner to kith_keeper;
