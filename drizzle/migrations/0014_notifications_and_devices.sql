-- What people are told of and how, the devices that get push messages, and phone numbers.

create type users.notification_type as enum ('NEW_FOLLOWER', 'LEVEL_REACHED', 'SECURITY_ALERT', 'ROLE_CHANGED', 'MEMBERSHIP_ENDED', 'INVITATION_ACCEPTED',
  'ACCOUNT_STATUS_CHANGED', 'DATA_EXPORT_READY');
create type users.notification_channel as enum ('IN_APP', 'EMAIL', 'PUSH');
create type users.notification_digest as enum ('NONE', 'DAILY', 'WEEKLY');
create type users.push_platform as enum ('IOS', 'ANDROID', 'WEB');

-- One row for everything a person was told, whichever ways it took. Its words are made when it is shown, so nothing anybody wrote stands here.
create table users.notifications (
  id uuid primary key,
  user_id uuid not null references users.people (id),
  tenant_id uuid,
  type users.notification_type not null,
  priority int not null check (priority between 1 and 3),
  actor_id uuid,
  -- Ids, numbers and names of states.
  data jsonb not null default '{}' check (jsonb_typeof(data) = 'object'),
  -- Whether it stands in the person's list: one that only went out by mail does not.
  in_app boolean not null,
  created_at timestamptz(3) not null,
  read_at timestamptz(3),
  expires_at timestamptz(3) not null,
  constraint notifications_expire_later check (expires_at > created_at)
);
create index notifications_of_person on users.notifications (user_id, created_at desc, id desc) where in_app;
create index notifications_unread on users.notifications (user_id, created_at desc, id desc) where in_app and read_at is null;
create index notifications_expired on users.notifications (expires_at);
-- Following and unfollowing all day long tells of it once.
create unique index notifications_follower_once_a_day on users.notifications (user_id, actor_id, ((created_at at time zone 'UTC')::date))
  where type = 'NEW_FOLLOWER';

-- What a person chose otherwise than the defaults say.
create table users.notification_preferences (
  user_id uuid not null references users.people (id),
  type users.notification_type not null,
  channel users.notification_channel not null,
  enabled boolean not null,
  primary key (user_id, type, channel)
);

create table users.notification_settings (
  user_id uuid primary key references users.people (id),
  -- By the clock of the person's time zone; over midnight when the end comes before the beginning.
  quiet_from time,
  quiet_to time,
  digest users.notification_digest not null default 'NONE',
  updated_at timestamptz(3) not null,
  constraint notification_settings_quiet_ends check ((quiet_from is null) = (quiet_to is null) and quiet_from <> quiet_to)
);

-- What was put off: to the end of quiet hours, or to the next mail that gathers.
create table users.pending_deliveries (
  notification_id uuid not null references users.notifications (id) on delete cascade,
  channel users.notification_channel not null,
  user_id uuid not null references users.people (id),
  due_at timestamptz(3) not null,
  primary key (notification_id, channel)
);
create index pending_deliveries_of_person on users.pending_deliveries (user_id, due_at);
create index pending_deliveries_due on users.pending_deliveries (due_at);

-- A device that gets push messages. Its token opens the way to it, so it is kept encrypted, and found again by a keyed hash.
create table users.push_tokens (
  id uuid primary key,
  user_id uuid not null references users.people (id),
  token_hash bytea not null constraint push_tokens_once unique check (octet_length(token_hash) = 32),
  token_encrypted text not null,
  token_ending text not null check (char_length(token_ending) = 4),
  platform users.push_platform not null,
  device_name text check (char_length(device_name) between 1 and 100),
  app_version text check (char_length(app_version) between 1 and 50),
  registered_at timestamptz(3) not null,
  last_used_at timestamptz(3) not null
);
create index push_tokens_of_person on users.push_tokens (user_id, last_used_at desc, id desc);

-- Apart from the people, so that no statement about people carries it along. Encrypted: what the database alone knows is no number.
create table users.phone_numbers (
  user_id uuid primary key references users.people (id),
  number_encrypted text not null,
  updated_at timestamptz(3) not null
);

do $$
declare
  name text;
begin
  foreach name in array array['notifications', 'notification_preferences', 'notification_settings', 'pending_deliveries', 'push_tokens', 'phone_numbers'] loop
    execute format('alter table users.%I enable row level security', name);
    execute format('alter table users.%I force row level security', name);
    execute format('create policy keeper on users.%I to kith_keeper using (true) with check (true)', name);
    execute format('grant select, insert, update, delete on users.%I to kith_keeper', name);
  end loop;
end
$$;
create policy oneself on users.notifications to kith_reader, kith_users
  using (user_id = (select kith.current_user_id())) with check (user_id = (select kith.current_user_id()));
create policy oneself on users.notification_preferences to kith_reader, kith_users
  using (user_id = (select kith.current_user_id())) with check (user_id = (select kith.current_user_id()));
create policy oneself on users.notification_settings to kith_reader, kith_users
  using (user_id = (select kith.current_user_id())) with check (user_id = (select kith.current_user_id()));
create policy oneself on users.pending_deliveries to kith_users
  using (user_id = (select kith.current_user_id())) with check (user_id = (select kith.current_user_id()));
create policy oneself on users.push_tokens to kith_reader, kith_users
  using (user_id = (select kith.current_user_id())) with check (user_id = (select kith.current_user_id()));
-- One's own, and for administrators of the active tenant those of its people: asked for by key, as people are.
create policy oneself_and_for_administrators on users.phone_numbers for select to kith_reader, kith_users
  using (user_id = (select kith.current_user_id())
    or exists (select from users.directory_entries me join users.directory_entries d on d.tenant_id = me.tenant_id
               where me.tenant_id = (select kith.current_tenant_id()) and me.user_id = (select kith.current_user_id()) and me.role = 'ADMIN' and d.user_id = phone_numbers.user_id));
create policy adding_ones_own on users.phone_numbers for insert to kith_users with check (user_id = (select kith.current_user_id()));
create policy changing_ones_own on users.phone_numbers for update to kith_users
  using (user_id = (select kith.current_user_id())) with check (user_id = (select kith.current_user_id()));
create policy removing_ones_own on users.phone_numbers for delete to kith_users using (user_id = (select kith.current_user_id()));

grant select on users.notifications, users.notification_preferences, users.notification_settings to kith_reader;
-- The ciphertext of a number may be read along with the graph; that of a push token nobody needs who only reads.
grant select on users.phone_numbers to kith_reader;
grant select (id, user_id, token_ending, platform, device_name, app_version, registered_at, last_used_at) on users.push_tokens to kith_reader;
grant select, insert, delete on users.notifications to kith_users;
grant update (read_at) on users.notifications to kith_users;
grant select, insert, update on users.notification_preferences, users.notification_settings to kith_users;
grant select, insert, delete on users.pending_deliveries to kith_users;
grant select, delete on users.push_tokens to kith_users;
grant select, insert, update, delete on users.phone_numbers to kith_users;

-- Port within users: takes out notifications that have run out, so many at a time, and says how many they were.
create function users.remove_expired_notifications(at timestamptz, rows_max int) returns int
  language plpgsql security definer set search_path = '' as $$
declare
  removed int;
begin
  delete from users.notifications n where n.id in (
    select o.id from users.notifications o where o.expires_at <= at order by o.expires_at limit rows_max for update skip locked);
  get diagnostics removed = row_count;
  return removed;
end
$$;

-- Port within users: for whom something that was put off is due, in the order of their ids, so many behind a given one.
create function users.people_with_deliveries_due(at timestamptz, behind uuid, rows_max int) returns setof uuid
  language sql stable security definer set search_path = '' as $$
  select distinct d.user_id from users.pending_deliveries d where d.due_at <= at and d.user_id > behind order by 1 limit rows_max
$$;

-- Port within users: a device is that of whoever the transaction speaks for from now on, whoever had registered it. Answers its id, whether that
-- is new, and what was taken from whom. A device that changes hands gets another id, which the ciphertext is bound to.
create function users.claim_push_token(id uuid, token_hash bytea, token_encrypted text, token_ending text, platform users.push_platform, device_name text, app_version text, at timestamptz)
  returns table (claimed_id uuid, is_new boolean, taken_id uuid, taken_from uuid)
  language plpgsql security definer set search_path = '' rows 1 as $$
declare
  mine uuid := kith.current_user_id();
  held record;
begin
  -- One registration of a person after the other: counted at once, two of them could not see each other.
  perform from users.people p where p.id = mine for no key update;
  is_new := true;
  loop
    select t.id, t.user_id into held from users.push_tokens t where t.token_hash = claim_push_token.token_hash for update;
    if found and held.user_id = mine then
      update users.push_tokens t
      set platform = claim_push_token.platform, device_name = claim_push_token.device_name, app_version = claim_push_token.app_version, last_used_at = at
      where t.id = held.id;
      claimed_id := held.id;
      is_new := false;
      return next;
      return;
    elsif found then
      delete from users.push_tokens t where t.id = held.id;
      taken_id := held.id;
      taken_from := held.user_id;
    end if;
    insert into users.push_tokens (id, user_id, token_hash, token_encrypted, token_ending, platform, device_name, app_version, registered_at, last_used_at)
    values (claim_push_token.id, mine, claim_push_token.token_hash, claim_push_token.token_encrypted, claim_push_token.token_ending, claim_push_token.platform,
            claim_push_token.device_name, claim_push_token.app_version, at, at)
    on conflict on constraint push_tokens_once do nothing;
    -- Somebody else registered it at this very moment: look again, for it is ours now.
    if found then
      claimed_id := claim_push_token.id;
      return next;
      return;
    end if;
  end loop;
end
$$;

-- Port for users: in which of some tenants whoever the transaction speaks for belongs. What they were told of others they belong to no longer.
create function tenants.own_among(tenant_ids uuid[]) returns setof uuid
  language sql stable security definer set search_path = '' as $$
  select m.tenant_id from tenants.memberships m where m.tenant_id = any (tenant_ids) and m.user_id = kith.current_user_id()
$$;

revoke execute on function users.remove_expired_notifications(timestamptz, int), users.people_with_deliveries_due(timestamptz, uuid, int),
  users.claim_push_token(uuid, bytea, text, text, users.push_platform, text, text, timestamptz), tenants.own_among(uuid[]) from public;
grant execute on function users.remove_expired_notifications(timestamptz, int), users.people_with_deliveries_due(timestamptz, uuid, int),
  users.claim_push_token(uuid, bytea, text, text, users.push_platform, text, text, timestamptz), tenants.own_among(uuid[]) to kith_users;
grant execute on function tenants.own_among(uuid[]) to kith_reader;

-- Last, when every grant is made: once the keeper owns them, an owner of the database who is no superuser can grant nothing on them.
alter function users.remove_expired_notifications(timestamptz, int) owner to kith_keeper;
alter function users.people_with_deliveries_due(timestamptz, uuid, int) owner to kith_keeper;
alter function users.claim_push_token(uuid, bytea, text, text, users.push_platform, text, text, timestamptz) owner to kith_keeper;
alter function tenants.own_among(uuid[]) owner to kith_keeper;
