-- The users schema: people, what they tell about themselves, and the directory of each tenant.

create type users.user_status as enum ('PENDING_VERIFICATION', 'ACTIVE', 'SUSPENDED', 'BANNED', 'DELETED');
create type users.color_scheme as enum ('SYSTEM', 'LIGHT', 'DARK');

create table users.people (
  id uuid primary key,
  email text not null check (char_length(email) between 3 and 255),
  email_canonical text not null constraint people_email_taken unique,
  email_verified_at timestamptz(3),
  username text not null check (username ~ '^[A-Za-z0-9_]{3,50}$'),
  username_canonical text not null constraint people_username_taken unique,
  status users.user_status not null default 'PENDING_VERIFICATION',
  status_reason text check (char_length(status_reason) <= 500),
  status_changed_at timestamptz(3),
  status_changed_by uuid,
  suspended_until timestamptz(3),
  platform_administrator boolean not null default false,
  follower_count int not null default 0 check (follower_count >= 0),
  following_count int not null default 0 check (following_count >= 0),
  version int not null default 1 check (version >= 1),
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null,
  deleted_at timestamptz(3),
  deleted_by uuid,
  constraint people_deleted_is_dated check ((status = 'DELETED') = (deleted_at is not null)),
  constraint people_suspension_ends check ((status = 'SUSPENDED') = (suspended_until is not null))
);

create table users.profiles (
  user_id uuid primary key references users.people (id),
  display_name text check (char_length(display_name) between 1 and 100),
  bio text check (char_length(bio) between 1 and 5000),
  picture_url text check (char_length(picture_url) <= 500),
  banner_url text check (char_length(banner_url) <= 500),
  location text check (char_length(location) between 1 and 100),
  website text check (char_length(website) <= 500),
  interests text[] not null default '{}' check (cardinality(interests) <= 50),
  skills text[] not null default '{}' check (cardinality(skills) <= 50),
  theme jsonb not null default '{}' check (jsonb_typeof(theme) = 'object'),
  twitter text check (char_length(twitter) between 1 and 100),
  instagram text check (char_length(instagram) between 1 and 100),
  tiktok text check (char_length(tiktok) between 1 and 100),
  discord text check (char_length(discord) between 1 and 100),
  youtube text check (char_length(youtube) between 1 and 100),
  updated_at timestamptz(3) not null
);
create index profiles_theme on users.profiles using gin (theme);

create table users.preferences (
  user_id uuid primary key references users.people (id),
  locale text not null default 'en' check (char_length(locale) between 2 and 35),
  time_zone text not null default 'UTC' check (char_length(time_zone) between 1 and 64),
  color_scheme users.color_scheme not null default 'SYSTEM',
  updated_at timestamptz(3) not null
);

create table users.follows (
  follower_id uuid not null references users.people (id),
  followed_id uuid not null references users.people (id),
  created_at timestamptz(3) not null,
  primary key (follower_id, followed_id),
  constraint follows_someone_else check (follower_id <> followed_id)
);
create index follows_followed on users.follows (followed_id, created_at desc, follower_id);

-- Who is to be found in which tenant, with what the list is sorted and searched by: a projection of
-- people, profiles (triggers below) and memberships (the port users.directory_put). It makes the list of a tenant
-- one index range, and "may I see this person" one index probe.
create table users.directory_entries (
  tenant_id uuid not null,
  user_id uuid not null references users.people (id),
  role kith.role not null,
  listed boolean not null,
  verified boolean not null,
  follower_count int not null,
  search_text text not null,
  joined_at timestamptz(3) not null,
  primary key (tenant_id, user_id)
);
-- Read from the end: verified people first, then by followers, then the youngest account. All keys run one way, so that
-- a cursor is one row comparison.
create index directory_entries_listed on users.directory_entries (tenant_id, verified, follower_count, user_id) where listed;
create index directory_entries_everyone on users.directory_entries (tenant_id, verified, follower_count, user_id);
create index directory_entries_person on users.directory_entries (user_id);
create index directory_entries_search on users.directory_entries using gin (search_text gin_trgm_ops);

alter table users.people enable row level security;
alter table users.people force row level security;
alter table users.profiles enable row level security;
alter table users.profiles force row level security;
alter table users.preferences enable row level security;
alter table users.preferences force row level security;
alter table users.follows enable row level security;
alter table users.follows force row level security;
alter table users.directory_entries enable row level security;
alter table users.directory_entries force row level security;

create policy keeper on users.people to kith_keeper using (true) with check (true);
create policy keeper on users.profiles to kith_keeper using (true) with check (true);
create policy keeper on users.preferences to kith_keeper using (true) with check (true);
create policy keeper on users.follows to kith_keeper using (true) with check (true);
create policy keeper on users.directory_entries to kith_keeper using (true) with check (true);

create policy active_tenant on users.directory_entries for select to kith_reader, kith_users
  using (tenant_id = (select kith.current_tenant_id()));

-- A person is not a tenant's row: one sees oneself and whoever stands in the directory of the active tenant.
-- People are always asked for by key, so the probe runs once per row of the answer and never drives a scan.
create policy oneself_and_active_tenant on users.people for select to kith_reader, kith_users
  using (id = (select kith.current_user_id())
    or exists (select from users.directory_entries d where d.tenant_id = (select kith.current_tenant_id()) and d.user_id = people.id));
create policy oneself_and_active_tenant on users.profiles for select to kith_reader, kith_users
  using (user_id = (select kith.current_user_id())
    or exists (select from users.directory_entries d where d.tenant_id = (select kith.current_tenant_id()) and d.user_id = profiles.user_id));
create policy oneself on users.preferences to kith_reader, kith_users
  using (user_id = (select kith.current_user_id())) with check (user_id = (select kith.current_user_id()));
create policy own_follows on users.follows to kith_reader, kith_users
  using (follower_id = (select kith.current_user_id())) with check (follower_id = (select kith.current_user_id()));

grant select on users.people, users.profiles, users.preferences, users.follows, users.directory_entries to kith_reader, kith_users;
grant select, insert, update, delete on users.people, users.profiles, users.preferences, users.follows, users.directory_entries to kith_keeper;

-- The projection is kept here, in the transaction of the change, so that no code path can forget it.
create function users.directory_text(username text, display_name text) returns text
  language sql immutable parallel safe
  return lower(username || ' ' || coalesce(display_name, ''));

create function users.follow_person_into_directory() returns trigger
  language plpgsql security definer set search_path = '' as $$
begin
  update users.directory_entries d
  set listed = (new.status = 'ACTIVE'),
      verified = (new.email_verified_at is not null),
      follower_count = new.follower_count,
      search_text = users.directory_text(new.username, (select p.display_name from users.profiles p where p.user_id = new.id))
  where d.user_id = new.id;
  return null;
end
$$;
create trigger directory after update of status, email_verified_at, follower_count, username on users.people
  for each row execute function users.follow_person_into_directory();

create function users.follow_profile_into_directory() returns trigger
  language plpgsql security definer set search_path = '' as $$
begin
  -- The person's row first: whoever changes it at this moment is waited for, and what they wrote is then seen.
  -- With the strongest lock at once: a change of username needs that one, and asking for more later on is what deadlocks with a follow.
  perform from users.people p where p.id = new.user_id for update;
  update users.directory_entries d
  set search_text = users.directory_text(p.username, new.display_name)
  from users.people p
  where p.id = new.user_id and d.user_id = new.user_id;
  return null;
end
$$;
create trigger directory after insert or update of display_name on users.profiles
  for each row execute function users.follow_profile_into_directory();

create function users.count_follows() returns trigger
  language plpgsql security definer set search_path = '' as $$
declare
  step int := case tg_op when 'INSERT' then 1 else -1 end;
  follow users.follows := case tg_op when 'INSERT' then new else old end;
begin
  -- The lower id first, always: two people who follow each other at once must not deadlock.
  if follow.follower_id < follow.followed_id then
    update users.people set following_count = following_count + step where id = follow.follower_id;
    update users.people set follower_count = follower_count + step where id = follow.followed_id;
  else
    update users.people set follower_count = follower_count + step where id = follow.followed_id;
    update users.people set following_count = following_count + step where id = follow.follower_id;
  end if;
  return null;
end
$$;
create trigger counts after insert or delete on users.follows
  for each row execute function users.count_follows();

-- Port for tenants: a person joined a tenant, or their role changed.
create function users.directory_put(tenant_id uuid, user_id uuid, role kith.role, joined_at timestamptz) returns void
  language plpgsql security definer set search_path = '' as $$
begin
  -- Locked before it is read: a ban or a new name at this very moment would otherwise find no entry to change, and this one would miss it.
  perform from users.people p where p.id = directory_put.user_id for update;
  if not found then
    raise exception 'person % does not exist', directory_put.user_id using errcode = 'foreign_key_violation', constraint = 'directory_entries_person_exists';
  end if;
  insert into users.directory_entries as d (tenant_id, user_id, role, listed, verified, follower_count, search_text, joined_at)
  select directory_put.tenant_id, p.id, directory_put.role, p.status = 'ACTIVE', p.email_verified_at is not null, p.follower_count,
         users.directory_text(p.username, f.display_name), directory_put.joined_at
  from users.people p
  left join users.profiles f on f.user_id = p.id
  where p.id = directory_put.user_id
  on conflict on constraint directory_entries_pkey do update set role = excluded.role, joined_at = excluded.joined_at;
end
$$;

-- Port for tenants: a person left a tenant.
create function users.directory_remove(tenant_id uuid, user_id uuid) returns void
  language sql security definer set search_path = '' as $$
  delete from users.directory_entries d where d.tenant_id = directory_remove.tenant_id and d.user_id = directory_remove.user_id
$$;

-- Port for sessions: whose account is meant by an e-mail address or username, in canonical form. Answers one row or none.
create function users.sign_in_directory(login_canonical text)
  returns table (user_id uuid, status users.user_status, platform_administrator boolean)
  language sql stable security definer set search_path = '' rows 1 as $$
  select p.id, p.status, p.platform_administrator
  from users.people p
  where p.email_canonical = login_canonical or p.username_canonical = login_canonical
$$;

revoke execute on all functions in schema users from public;
grant execute on function users.directory_text(text, text) to kith_keeper;
grant usage on schema users to kith_sessions;
grant execute on function users.sign_in_directory(text) to kith_sessions;

-- Last, when every grant is made: once the keeper owns them, an owner of the database who is no superuser can grant nothing on them.
alter function users.follow_person_into_directory() owner to kith_keeper;
alter function users.follow_profile_into_directory() owner to kith_keeper;
alter function users.count_follows() owner to kith_keeper;
alter function users.directory_put(uuid, uuid, kith.role, timestamptz) owner to kith_keeper;
alter function users.directory_remove(uuid, uuid) owner to kith_keeper;
alter function users.sign_in_directory(text) owner to kith_keeper;
