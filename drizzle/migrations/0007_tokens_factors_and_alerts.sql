-- The sessions schema learns to go on and to end: refresh tokens, revocation, second factors, resets, lockout, alerts.

alter type sessions.login_failure add value 'ACCOUNT_LOCKED';
alter type sessions.login_failure add value 'WRONG_CODE';

-- Counts the passwords a person has had. Hashing one anew is no change of it.
alter table sessions.credentials add column version int not null default 1 check (version >= 1);
grant update (version) on sessions.credentials to kith_sessions;

alter table sessions.sessions
  add column remember boolean not null default false,
  add column absolute_expires_at timestamptz(3),
  add column fingerprint bytea check (octet_length(fingerprint) = 32),
  add column revoked_reason text check (char_length(revoked_reason) between 1 and 50);
update sessions.sessions set absolute_expires_at = created_at + interval '30 days';
alter table sessions.sessions alter column absolute_expires_at set not null;
create index sessions_expired on sessions.sessions (expires_at);

-- One row for every refresh token ever given out; a session is a family of them, of which one lives. Only hashes are kept, but
-- for the few seconds in which a client that lost the answer may ask again: then the successor is kept encrypted.
create table sessions.refresh_tokens (
  token_hash bytea primary key check (octet_length(token_hash) = 32),
  session_id uuid not null references sessions.sessions (id) on delete cascade,
  user_id uuid not null,
  issued_at timestamptz(3) not null,
  expires_at timestamptz(3) not null,
  used_at timestamptz(3),
  successor_encrypted text,
  constraint refresh_tokens_successor_is_used check (successor_encrypted is null or used_at is not null)
);
create unique index refresh_tokens_one_lives on sessions.refresh_tokens (session_id) where used_at is null;
create index refresh_tokens_of_session on sessions.refresh_tokens (session_id);
create index refresh_tokens_expired on sessions.refresh_tokens (expires_at);
create index refresh_tokens_to_wipe on sessions.refresh_tokens (used_at) where successor_encrypted is not null;

create table sessions.second_factors (
  user_id uuid primary key,
  secret_encrypted text not null,
  setup_expires_at timestamptz(3) not null,
  -- Null until the person has shown that their app makes the right codes.
  confirmed_at timestamptz(3),
  -- The last time step a code was accepted for: none is accepted twice.
  last_step bigint not null default 0
);

create table sessions.backup_codes (
  user_id uuid not null,
  code_hash bytea not null check (octet_length(code_hash) = 32),
  used_at timestamptz(3),
  primary key (user_id, code_hash)
);

-- A sign-in whose password was right and whose second factor is outstanding. It opens nothing but its own completion.
create table sessions.two_factor_challenges (
  token_hash bytea primary key check (octet_length(token_hash) = 32),
  user_id uuid not null,
  tenant_id uuid,
  remember boolean not null,
  issued_at timestamptz(3) not null,
  expires_at timestamptz(3) not null,
  attempts_left int not null check (attempts_left between 0 and 5),
  used_at timestamptz(3)
);
create index two_factor_challenges_of_person on sessions.two_factor_challenges (user_id);
create index two_factor_challenges_expired on sessions.two_factor_challenges (expires_at);

create table sessions.password_resets (
  token_hash bytea primary key check (octet_length(token_hash) = 32),
  user_id uuid not null,
  requested_at timestamptz(3) not null,
  expires_at timestamptz(3) not null,
  used_at timestamptz(3)
);
create index password_resets_of_person on sessions.password_resets (user_id, requested_at desc);
create index password_resets_expired on sessions.password_resets (expires_at);

-- Failures in a row, counted across processes under a keyed hash of what failed: a login, an account, one device of it. A login that
-- nobody goes by is counted like any other.
create table sessions.lockouts (
  subject bytea primary key check (octet_length(subject) = 32),
  -- Whose it is, if anybody's: a reset of the password unlocks all of it.
  user_id uuid,
  failures int not null check (failures >= 1),
  last_failed_at timestamptz(3) not null,
  locked_until timestamptz(3)
);
create index lockouts_of_person on sessions.lockouts (user_id);
create index lockouts_over on sessions.lockouts (last_failed_at);

-- Where people have signed in before, which failures from elsewhere do not shut out: what a device says of itself together with the network
-- it does so from. Whatever ends a session for fear of somebody else forgets them.
create table sessions.known_devices (
  user_id uuid not null,
  fingerprint bytea not null check (octet_length(fingerprint) = 32),
  network inet not null,
  signed_in_at timestamptz(3) not null,
  primary key (user_id, fingerprint, network)
);
create index known_devices_over on sessions.known_devices (signed_in_at);

-- When a new password was asked for within the last hour, by a keyed hash of the address: a stranger's address like a person's.
create table sessions.reset_requests (
  address_hash bytea primary key check (octet_length(address_hash) = 32),
  requested_at timestamptz(3)[] not null,
  latest_at timestamptz(3) not null
);
create index reset_requests_over on sessions.reset_requests (latest_at);

create type sessions.alert_kind as enum ('MULTIPLE_FAILED_LOGINS', 'DISTRIBUTED_LOGIN_ATTEMPTS', 'NEW_IP_LOGIN', 'UNUSUAL_LOGIN_TIME', 'BACKUP_CODE_USED',
  'PASSWORD_CHANGED', 'TWO_FACTOR_ENABLED', 'TWO_FACTOR_DISABLED', 'ACCOUNT_LOCKED', 'REFRESH_REUSED');
create type sessions.alert_severity as enum ('LOW', 'MEDIUM', 'HIGH', 'CRITICAL');

create table sessions.alerts (
  id uuid primary key,
  user_id uuid not null,
  tenant_id uuid,
  kind sessions.alert_kind not null,
  severity sessions.alert_severity not null,
  raised_at timestamptz(3) not null,
  ip_address inet,
  details jsonb not null default '{}' check (jsonb_typeof(details) = 'object')
);
create index alerts_of_person on sessions.alerts (user_id, raised_at desc, id desc);

-- What access tokens must no longer be believed, although they have not expired: those of one session, or those that a person was
-- given up to a moment. Kept as long as an access token lives; every process follows it.
create table sessions.revocations (
  id uuid primary key,
  session_id uuid,
  user_id uuid,
  revoked_at timestamptz(3) not null,
  constraint revocations_of_one check ((session_id is null) <> (user_id is null))
);
create index revocations_latest on sessions.revocations (revoked_at);

-- Port for sessions: how a person stands, held still until the end of the transaction. Whoever signs in at the very moment of a suspension
-- either sees it, or is seen by it: revoke_all and every change of a role take the person's row for themselves.
create function users.hold_standing(user_id uuid) returns table (status users.user_status, platform_administrator boolean)
  language sql security definer set search_path = '' rows 1 as $$
  select p.status, p.platform_administrator from users.people p where p.id = hold_standing.user_id for share
$$;

-- For every reader: how people prove who they are, without any of their secrets. Of oneself, and of the people of the active tenant for its administrators.
create function sessions.security_facts(user_ids uuid[])
  returns table (user_id uuid, two_factor_enabled boolean, password_changed_at timestamptz, backup_codes_left int)
  language sql stable security definer set search_path = '' as $$
  select p.id, f.confirmed_at is not null, c.password_changed_at,
         case when f.confirmed_at is not null and p.id = kith.current_user_id()
           then (select count(*)::int from sessions.backup_codes b where b.user_id = p.id and b.used_at is null) end
  from unnest(user_ids) p (id)
  left join sessions.credentials c on c.user_id = p.id
  left join sessions.second_factors f on f.user_id = p.id
  where p.id = kith.current_user_id()
     or exists (select from users.directory_entries me join users.directory_entries d on d.tenant_id = me.tenant_id
                where me.tenant_id = kith.current_tenant_id() and me.user_id = kith.current_user_id() and me.role = 'ADMIN' and d.user_id = p.id)
$$;

create function sessions.tell_of_revocation() returns trigger
  language plpgsql set search_path = '' as $$
begin
  perform pg_notify('kith_revocations', json_build_object('sessionId', new.session_id, 'userId', new.user_id, 'revokedAt', new.revoked_at)::text);
  return null;
end
$$;
create trigger told after insert on sessions.revocations
  for each row execute function sessions.tell_of_revocation();

-- Port for users: a new person's credential, in the transaction that registers them.
create function sessions.create_credential(user_id uuid, password_hash text, changed_at timestamptz) returns void
  language sql security definer set search_path = '' as $$
  insert into sessions.credentials (user_id, password_hash, password_changed_at) values (create_credential.user_id, create_credential.password_hash, create_credential.changed_at)
$$;

-- Port for users and tenants: a person must be signed in nowhere any more. Names each session, so that no two clocks are compared, and
-- takes the person's row first: whoever signs in at this moment is waited for, and is then among those who are signed out.
create function sessions.revoke_all(user_id uuid, reason text, at timestamptz) returns void
  language plpgsql security definer set search_path = '' as $$
begin
  perform from users.people p where p.id = revoke_all.user_id for no key update;
  with ended as (
    update sessions.sessions s set revoked_at = revoke_all.at, revoked_reason = revoke_all.reason
    where s.id in (select o.id from sessions.sessions o
                   where o.user_id = revoke_all.user_id and o.revoked_at is null and o.expires_at > revoke_all.at
                   order by o.id for update)
    returning s.id
  )
  insert into sessions.revocations (id, session_id, revoked_at) select gen_random_uuid(), e.id, revoke_all.at from ended e;
end
$$;

-- Port for tenants: a person may do more or less than before. They stay signed in, but the tokens they hold say what is no longer so.
-- A token is issued by the clock of some other process, which last_seen_at was written by: of both clocks the later one counts.
create function sessions.void_tokens(user_id uuid, at timestamptz) returns void
  language plpgsql security definer set search_path = '' as $$
begin
  perform from users.people p where p.id = void_tokens.user_id for no key update;
  insert into sessions.revocations (id, user_id, revoked_at)
  select gen_random_uuid(), void_tokens.user_id, greatest(void_tokens.at, (select max(s.last_seen_at) from sessions.sessions s where s.user_id = void_tokens.user_id and s.revoked_at is null));
end
$$;

-- Port for the gateway: what to refuse, the latest first, for a process that has just started or lost its connection.
create function sessions.recent_revocations(since timestamptz, rows_max int) returns table (session_id uuid, user_id uuid, revoked_at timestamptz)
  language sql stable security definer set search_path = '' as $$
  select r.session_id, r.user_id, r.revoked_at from sessions.revocations r where r.revoked_at > since order by r.revoked_at desc limit rows_max
$$;

-- Port within sessions: when sessions were used, and from where, for many at once. Written at most once a minute for each; one that
-- somebody is changing at this moment is passed over, since that change says more.
create function sessions.note_use(session_ids uuid[], used_at timestamptz[], addresses inet[]) returns void
  language sql security definer set search_path = '' as $$
  with used as (
    select s.id, u.at, u.address
    from unnest(note_use.session_ids, note_use.used_at, note_use.addresses) as u (id, at, address)
    join sessions.sessions s on s.id = u.id
    where s.revoked_at is null and s.last_seen_at <= u.at - interval '1 minute'
    order by s.id for update of s skip locked
  )
  update sessions.sessions s set last_seen_at = used.at, ip_address = coalesce(used.address, s.ip_address)
  from used where s.id = used.id
$$;

-- Port within sessions: takes out what has lapsed, so many rows at a time, and says how many they were. A session goes when the last of
-- its tokens has gone, so that no deletion drags more rows along than it was allowed.
create function sessions.remove_lapsed(what text, before timestamptz, rows_max int) returns int
  language plpgsql security definer set search_path = '' as $$
declare
  removed int;
begin
  case what
    when 'successors' then
      update sessions.refresh_tokens t set successor_encrypted = null where t.token_hash in (
        select o.token_hash from sessions.refresh_tokens o where o.successor_encrypted is not null and o.used_at <= before order by o.used_at limit rows_max for update skip locked);
    when 'refresh_tokens' then
      delete from sessions.refresh_tokens t where t.token_hash in (
        select o.token_hash from sessions.refresh_tokens o where o.expires_at <= before order by o.expires_at limit rows_max for update skip locked);
    when 'sessions' then
      delete from sessions.sessions s where s.id in (
        select o.id from sessions.sessions o
        where o.expires_at <= before and not exists (select from sessions.refresh_tokens t where t.session_id = o.id)
        order by o.expires_at limit rows_max for update skip locked);
    when 'two_factor_challenges' then
      delete from sessions.two_factor_challenges c where c.token_hash in (
        select o.token_hash from sessions.two_factor_challenges o where o.expires_at <= before order by o.expires_at limit rows_max for update skip locked);
    when 'password_resets' then
      delete from sessions.password_resets r where r.token_hash in (
        select o.token_hash from sessions.password_resets o where o.expires_at <= before order by o.expires_at limit rows_max for update skip locked);
    when 'unconfirmed_factors' then
      delete from sessions.second_factors f where f.user_id in (
        select o.user_id from sessions.second_factors o where o.confirmed_at is null and o.setup_expires_at <= before limit rows_max for update skip locked);
    when 'lockouts' then
      delete from sessions.lockouts l where l.subject in (
        select o.subject from sessions.lockouts o where o.last_failed_at <= before and (o.locked_until is null or o.locked_until <= before)
        order by o.last_failed_at limit rows_max for update skip locked);
    when 'known_devices' then
      delete from sessions.known_devices d where (d.user_id, d.fingerprint, d.network) in (
        select o.user_id, o.fingerprint, o.network from sessions.known_devices o where o.signed_in_at <= before order by o.signed_in_at limit rows_max for update skip locked);
    when 'reset_requests' then
      delete from sessions.reset_requests r where r.address_hash in (
        select o.address_hash from sessions.reset_requests o where o.latest_at <= before order by o.latest_at limit rows_max for update skip locked);
    when 'revocations' then
      delete from sessions.revocations r where r.id in (
        select o.id from sessions.revocations o where o.revoked_at <= before order by o.revoked_at limit rows_max for update skip locked);
  end case;
  get diagnostics removed = row_count;
  return removed;
end
$$;

-- Port for sessions: the months ahead of all logs. Only their owner can make a partition, so this runs with the owner's rights, takes nothing
-- from its caller, and gives up rather than hold everybody up behind a long read: there are twelve months of time to try again.
create function kith.keep_months_ahead() returns int
  language sql security definer set search_path = '' set lock_timeout = '2s' as $$
  select kith.make_months_ahead(12)
$$;

do $$
declare
  name text;
begin
  foreach name in array array['refresh_tokens', 'second_factors', 'backup_codes', 'two_factor_challenges', 'password_resets', 'lockouts', 'known_devices', 'reset_requests', 'alerts', 'revocations'] loop
    execute format('alter table sessions.%I enable row level security', name);
    execute format('alter table sessions.%I force row level security', name);
    execute format('create policy keeper on sessions.%I to kith_keeper using (true) with check (true)', name);
    execute format('grant select, insert, update, delete on sessions.%I to kith_keeper', name);
  end loop;
end
$$;
-- Found by the hash of a secret of 256 bits, before it is known who asks: whoever has that may see the row.
create policy by_secret on sessions.refresh_tokens to kith_sessions using (true) with check (true);
create policy by_secret on sessions.two_factor_challenges to kith_sessions using (true) with check (true);
create policy by_secret on sessions.password_resets to kith_sessions using (true) with check (true);
-- Counted under keyed hashes, for people and for logins nobody goes by, by whoever knocks.
create policy by_secret on sessions.lockouts to kith_sessions using (true) with check (true);
create policy by_secret on sessions.reset_requests to kith_sessions using (true) with check (true);
create policy oneself on sessions.second_factors to kith_sessions
  using (user_id = (select kith.current_user_id())) with check (user_id = (select kith.current_user_id()));
create policy oneself on sessions.known_devices to kith_sessions
  using (user_id = (select kith.current_user_id())) with check (user_id = (select kith.current_user_id()));
create policy oneself on sessions.backup_codes to kith_sessions
  using (user_id = (select kith.current_user_id())) with check (user_id = (select kith.current_user_id()));
create policy oneself on sessions.alerts to kith_reader, kith_sessions
  using (user_id = (select kith.current_user_id())) with check (user_id = (select kith.current_user_id()));
create policy anybody on sessions.revocations for insert to kith_sessions with check (true);
create policy changing_in_tenant on sessions.sessions for update to kith_sessions
  using (tenant_id = (select kith.current_tenant_id()));

grant select, insert, update, delete on sessions.refresh_tokens, sessions.two_factor_challenges, sessions.password_resets,
  sessions.second_factors, sessions.backup_codes, sessions.lockouts, sessions.known_devices, sessions.reset_requests to kith_sessions;
grant select on sessions.alerts to kith_reader;
alter policy oneself on sessions.login_history to kith_reader, kith_sessions;
grant select (id, occurred_at, user_id, ip_address, user_agent, failure) on sessions.login_history to kith_reader;
create index login_history_latest on sessions.login_history (user_id, occurred_at desc, id desc);
grant select, insert on sessions.alerts to kith_sessions;
grant insert on sessions.revocations to kith_sessions;
grant update (revoked_at, revoked_reason) on sessions.sessions to kith_sessions;

-- One's own sessions are changed through the view that shows them: the policies of the table stay one equality each.
set local role kith_keeper;
create or replace view sessions.own_sessions with (security_barrier) as
  select s.id, s.user_id, s.tenant_id, s.device, s.browser, s.operating_system, s.ip_address,
         s.created_at, s.last_seen_at, s.expires_at, s.revoked_at, s.remember, s.absolute_expires_at, s.fingerprint, s.revoked_reason
  from sessions.sessions s
  where s.user_id = (select kith.current_user_id());
grant update (last_seen_at, expires_at, ip_address, tenant_id, revoked_at, revoked_reason) on sessions.own_sessions to kith_sessions;
reset role;

revoke execute on function users.hold_standing(uuid), sessions.security_facts(uuid[]), sessions.tell_of_revocation(), sessions.create_credential(uuid, text, timestamptz),
  sessions.revoke_all(uuid, text, timestamptz), sessions.void_tokens(uuid, timestamptz), sessions.recent_revocations(timestamptz, int),
  sessions.note_use(uuid[], timestamptz[], inet[]), sessions.remove_lapsed(text, timestamptz, int), kith.keep_months_ahead() from public;
grant execute on function sessions.note_use(uuid[], timestamptz[], inet[]), sessions.remove_lapsed(text, timestamptz, int), kith.keep_months_ahead() to kith_sessions;
grant delete on sessions.signing_keys to kith_sessions;
grant execute on function users.hold_standing(uuid) to kith_sessions;
grant execute on function sessions.security_facts(uuid[]) to kith_reader, kith_sessions;
grant usage on schema sessions to kith_users, kith_tenants;
grant execute on function sessions.create_credential(uuid, text, timestamptz) to kith_users;
grant execute on function sessions.revoke_all(uuid, text, timestamptz) to kith_users, kith_tenants;
grant execute on function sessions.void_tokens(uuid, timestamptz) to kith_tenants;

-- The gateway owns nothing and reads nothing, but it has to know whom not to believe any more.
do $$
begin
  create role kith_gateway nologin noinherit nosuperuser nobypassrls nocreatedb nocreaterole;
exception when duplicate_object or unique_violation then
  null;
end
$$;
grant usage on schema sessions to kith_gateway;
grant execute on function sessions.recent_revocations(timestamptz, int) to kith_gateway;

-- Last, when every grant is made: once the keeper owns them, an owner of the database who is no superuser can grant nothing on them.
alter function users.hold_standing(uuid) owner to kith_keeper;
alter function sessions.security_facts(uuid[]) owner to kith_keeper;
alter function sessions.create_credential(uuid, text, timestamptz) owner to kith_keeper;
alter function sessions.revoke_all(uuid, text, timestamptz) owner to kith_keeper;
alter function sessions.void_tokens(uuid, timestamptz) owner to kith_keeper;
alter function sessions.recent_revocations(timestamptz, int) owner to kith_keeper;
alter function sessions.note_use(uuid[], timestamptz[], inet[]) owner to kith_keeper;
alter function sessions.remove_lapsed(text, timestamptz, int) owner to kith_keeper;
