-- The users schema learns how people stand to each other: who is found by what, who follows whom, who wants to be left alone, and who is there.

-- A uuid and a text in one GIN index: a search is of one tenant.
create extension if not exists btree_gin with schema public;

create function users.directory_text(username text, display_name text, bio text) returns text
  language sql immutable parallel safe
  return lower(username || coalesce(' ' || display_name, '') || coalesce(' ' || bio, ''));
revoke execute on function users.directory_text(text, text, text) from public;
grant execute on function users.directory_text(text, text, text) to kith_keeper;

drop index users.directory_entries_search;

set local role kith_keeper;
create or replace function users.follow_person_into_directory() returns trigger
  language plpgsql security definer set search_path = '' as $$
begin
  update users.directory_entries d
  set status = new.status,
      listed = (new.status = 'ACTIVE'),
      verified = (new.email_verified_at is not null),
      follower_count = new.follower_count,
      search_text = users.directory_text(new.username, f.display_name, f.bio)
  from (select 1) as always left join users.profiles f on f.user_id = new.id
  where d.user_id = new.id;
  return null;
end
$$;

create or replace function users.follow_profile_into_directory() returns trigger
  language plpgsql security definer set search_path = '' as $$
begin
  -- The person's row first: whoever changes it at this moment is waited for, and what they wrote is then seen.
  -- With the strongest lock at once: a change of username needs that one, and asking for more later on is what deadlocks with a follow.
  perform from users.people p where p.id = new.user_id for update;
  update users.directory_entries d
  set search_text = users.directory_text(p.username, new.display_name, new.bio)
  from users.people p
  where p.id = new.user_id and d.user_id = new.user_id;
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
         users.directory_text(p.username, f.display_name, f.bio), directory_put.joined_at
  from users.people p
  left join users.profiles f on f.user_id = p.id
  where p.id = directory_put.user_id
  on conflict on constraint directory_entries_pkey do update set role = excluded.role, joined_at = excluded.joined_at;
end
$$;

update users.directory_entries d
set search_text = users.directory_text(p.username, f.display_name, f.bio)
from users.people p left join users.profiles f on f.user_id = p.id
where p.id = d.user_id;
-- Whoever makes a trigger has to be allowed to run its function, and this one is the keeper's.
grant execute on function users.follow_profile_into_directory() to session_user;
reset role;

drop function users.directory_text(text, text);
drop trigger directory on users.profiles;
create trigger directory after insert or update of display_name, bio on users.profiles
  for each row execute function users.follow_profile_into_directory();
set local role kith_keeper;
revoke execute on function users.follow_profile_into_directory() from session_user;
reset role;
create index directory_entries_search on users.directory_entries using gin (tenant_id, search_text gin_trgm_ops);

-- Who does not want to be found by whom. The other one does not learn of it: nobody but the keeper reads a row from that side.
create table users.blocks (
  blocker_id uuid not null references users.people (id),
  blocked_id uuid not null references users.people (id),
  created_at timestamptz(3) not null,
  primary key (blocker_id, blocked_id),
  constraint blocks_someone_else check (blocker_id <> blocked_id)
);
create index blocks_of_blocker on users.blocks (blocker_id, created_at, blocked_id);
create index blocks_of_blocked on users.blocks (blocked_id, blocker_id);

-- Both keys run one way, so that a cursor is one row comparison: read from the end the latest come first.
drop index users.follows_followed;
create index follows_of_followed on users.follows (followed_id, created_at, follower_id);
create index follows_of_follower on users.follows (follower_id, created_at, followed_id);

-- When somebody was last seen in a tenant. What they do elsewhere is nobody's business there, and when they leave it is gone.
create table users.presences (
  tenant_id uuid not null,
  user_id uuid not null,
  last_seen_at timestamptz(3) not null,
  primary key (tenant_id, user_id),
  constraint presences_of_members foreign key (tenant_id, user_id) references users.directory_entries (tenant_id, user_id) on delete cascade
);
create index presences_latest on users.presences (tenant_id, last_seen_at, user_id);

alter table users.preferences add column show_presence boolean not null default true;

do $$
declare
  name text;
begin
  foreach name in array array['blocks', 'presences'] loop
    execute format('alter table users.%I enable row level security', name);
    execute format('alter table users.%I force row level security', name);
    execute format('create policy keeper on users.%I to kith_keeper using (true) with check (true)', name);
    execute format('grant select, insert, update, delete on users.%I to kith_keeper', name);
  end loop;
end
$$;
create policy own_blocks on users.blocks to kith_reader, kith_users
  using (blocker_id = (select kith.current_user_id())) with check (blocker_id = (select kith.current_user_id()));
create policy active_tenant on users.presences for select to kith_reader, kith_users
  using (tenant_id = (select kith.current_tenant_id()));
grant select on users.blocks, users.presences to kith_reader, kith_users;
grant insert, delete on users.blocks, users.follows to kith_users;

-- The directory of the active tenant. Not the table, for under its policy no index on the text serves: LIKE is not leakproof, and PostgreSQL lets
-- nothing that might tell of a row come before the policy. Nor a security barrier, for the same reason: whoever may write SQL as a reader
-- could learn texts of other tenants from error messages. Nobody may; our statements are all there are.
create view users.directory as
  select d.user_id, d.role, d.status, d.listed, d.verified, d.follower_count, d.search_text
  from users.directory_entries d
  where d.tenant_id = (select kith.current_tenant_id());

-- Who blocked whoever asks: those people are not there for them.
create view users.hiding_people as
  select b.blocker_id as user_id from users.blocks b where b.blocked_id = (select kith.current_user_id());

-- Follows between people of the active tenant. The probes are sub-selects, not joins: PostgreSQL makes a join of what it can, and
-- then reads and sorts all followers of somebody for a page of 20.
create view users.known_follows as
  select f.follower_id, f.followed_id, f.created_at
  from users.follows f
  where (select true from users.directory_entries d where d.tenant_id = (select kith.current_tenant_id()) and d.user_id = f.follower_id)
    and (select true from users.directory_entries d where d.tenant_id = (select kith.current_tenant_id()) and d.user_id = f.followed_id);

-- Port within users: holds whoever asks and somebody else until the end of the transaction, whatever tenant they are in. The lower id first, always, as
-- the counts of follows do: whoever follows, blocks, or does so no longer comes by here, and none of them overtakes another.
create function users.hold_both(other_id uuid) returns void
  language sql security definer set search_path = '' as $$
  select from users.people p where p.id in (kith.current_user_id(), hold_both.other_id) order by p.id for no key update
$$;

-- Port within users: whoever asks and somebody else follow each other no longer.
create function users.part(other_id uuid) returns void
  language plpgsql security definer set search_path = '' as $$
begin
  perform users.hold_both(part.other_id);
  delete from users.follows f
  where (f.follower_id, f.followed_id) in ((kith.current_user_id(), part.other_id), (part.other_id, kith.current_user_id()));
end
$$;

-- Port within users: whoever asks is seen nowhere any more. By the directory, which has an index on people.
create function users.hide_presence() returns void
  language sql security definer set search_path = '' as $$
  delete from users.presences s
  using users.directory_entries d
  where d.user_id = kith.current_user_id() and s.tenant_id = d.tenant_id and s.user_id = d.user_id
$$;

-- When sessions were used and whose people were about on that day, as before; and where they were last seen.
set local role kith_keeper;
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
  ),
  -- Where people are seen: also by the first use of a new session. Held, so that whoever leaves a tenant or chooses not to be seen at this moment is not.
  there as (
    select d.tenant_id, d.user_id, u.at
    from unnest(note_use.session_ids, note_use.used_at) as u (id, at)
    join sessions.sessions s on s.id = u.id and s.revoked_at is null
    join users.directory_entries d on d.tenant_id = s.tenant_id and d.user_id = s.user_id
    join users.preferences r on r.user_id = s.user_id and r.show_presence
    where not exists (select from users.presences p where p.tenant_id = d.tenant_id and p.user_id = d.user_id and p.last_seen_at > u.at - interval '1 minute')
    for key share of d skip locked for share of r skip locked
  ),
  seen as (
    insert into users.presences as p (tenant_id, user_id, last_seen_at)
    select t.tenant_id, t.user_id, max(t.at) from there t group by t.tenant_id, t.user_id order by t.tenant_id, t.user_id
    on conflict on constraint presences_pkey do update set last_seen_at = excluded.last_seen_at where p.last_seen_at <= excluded.last_seen_at - interval '1 minute'
  )
  update sessions.sessions s set last_seen_at = used.at, ip_address = coalesce(used.address, s.ip_address)
  from used where s.id = used.id
$$;
reset role;

grant select on users.directory, users.hiding_people, users.known_follows to kith_reader, kith_users;
revoke execute on function users.hold_both(uuid), users.part(uuid), users.hide_presence() from public;
grant execute on function users.hold_both(uuid), users.part(uuid), users.hide_presence() to kith_users;
grant execute on function users.hold_both(uuid) to kith_keeper;

-- Last, when every grant is made: once the keeper owns them, an owner of the database who is no superuser can grant nothing on them.
alter view users.directory owner to kith_keeper;
alter view users.hiding_people owner to kith_keeper;
alter view users.known_follows owner to kith_keeper;
alter function users.hold_both(uuid) owner to kith_keeper;
alter function users.part(uuid) owner to kith_keeper;
alter function users.hide_presence() owner to kith_keeper;
