-- The sessions schema: what proves who a person is, where they are signed in, and who tried.

create table sessions.credentials (
  user_id uuid primary key,
  password_hash text not null check (char_length(password_hash) between 1 and 500),
  password_changed_at timestamptz(3) not null
);

create table sessions.sessions (
  id uuid primary key,
  user_id uuid not null,
  -- The tenant it was opened in; null for a person who belongs to none.
  tenant_id uuid,
  device text not null check (char_length(device) between 1 and 200),
  browser text check (char_length(browser) between 1 and 100),
  operating_system text check (char_length(operating_system) between 1 and 100),
  ip_address inet,
  user_agent text check (char_length(user_agent) <= 500),
  created_at timestamptz(3) not null,
  last_seen_at timestamptz(3) not null,
  expires_at timestamptz(3) not null,
  revoked_at timestamptz(3),
  constraint sessions_expire_later check (expires_at > created_at)
);
create index sessions_of_person on sessions.sessions (user_id, last_seen_at desc, id desc) where revoked_at is null;
create index sessions_of_tenant on sessions.sessions (tenant_id, last_seen_at desc, id desc) where revoked_at is null;

create type sessions.login_failure as enum ('UNKNOWN_LOGIN', 'WRONG_PASSWORD', 'ACCOUNT_SUSPENDED', 'ACCOUNT_BANNED', 'ACCOUNT_DELETED', 'TENANT_UNKNOWN');

create table sessions.login_history (
  id uuid not null,
  occurred_at timestamptz(3) not null,
  -- Null when nobody goes by the login that was tried.
  user_id uuid,
  tenant_id uuid,
  session_id uuid,
  ip_address inet,
  user_agent text check (char_length(user_agent) <= 500),
  -- Null when the sign-in succeeded.
  failure sessions.login_failure,
  constraint login_history_success_opens_a_session check ((failure is null) = (session_id is not null)),
  primary key (id, occurred_at)
) partition by range (occurred_at);
create index login_history_of_person on sessions.login_history (user_id, occurred_at desc, id);
insert into kith.monthly_logs values ('sessions.login_history');

create type sessions.signing_key_state as enum ('NEXT', 'SIGNING', 'RETIRED');

create table sessions.signing_keys (
  kid text primary key check (char_length(kid) between 1 and 100),
  algorithm text not null check (algorithm in ('EdDSA', 'ES256')),
  public_jwk jsonb not null check (public_jwk ->> 'd' is null),
  -- Encrypted with a key the database never sees, bound to this row's kid.
  private_jwk_encrypted text not null,
  state sessions.signing_key_state not null,
  created_at timestamptz(3) not null,
  retired_at timestamptz(3),
  constraint signing_keys_retired_is_dated check ((state = 'RETIRED') = (retired_at is not null))
);
create unique index signing_keys_one_signs on sessions.signing_keys (state) where state = 'SIGNING';
create unique index signing_keys_one_is_next on sessions.signing_keys (state) where state = 'NEXT';

alter table sessions.credentials enable row level security;
alter table sessions.credentials force row level security;
alter table sessions.sessions enable row level security;
alter table sessions.sessions force row level security;
alter table sessions.login_history enable row level security;
alter table sessions.login_history force row level security;

create policy keeper on sessions.credentials to kith_keeper using (true) with check (true);
create policy keeper on sessions.sessions to kith_keeper using (true) with check (true);
create policy keeper on sessions.login_history to kith_keeper using (true) with check (true);

-- A password hash is only ever seen by a transaction opened for its own person.
create policy oneself on sessions.credentials to kith_sessions
  using (user_id = (select kith.current_user_id())) with check (user_id = (select kith.current_user_id()));

create policy active_tenant on sessions.sessions for select to kith_reader, kith_sessions
  using (tenant_id = (select kith.current_tenant_id()));
create policy opened_by_oneself on sessions.sessions for insert to kith_sessions
  with check (user_id = (select kith.current_user_id()) and tenant_id is not distinct from (select kith.current_tenant_id()));

create policy oneself on sessions.login_history for select to kith_sessions
  using (user_id = (select kith.current_user_id()));
-- Failed tries are written down before it is known who knocks.
create policy anybody_knocks on sessions.login_history for insert to kith_sessions with check (true);

grant select on sessions.sessions to kith_reader;
grant select, update (password_hash, password_changed_at) on sessions.credentials to kith_sessions;
grant select, insert on sessions.sessions to kith_sessions;
grant select, insert on sessions.login_history to kith_sessions;
grant select, insert, update (state, retired_at) on sessions.signing_keys to kith_sessions;
grant select, insert, update, delete on sessions.credentials, sessions.sessions to kith_keeper;
grant select, insert on sessions.login_history to kith_keeper;

-- One's own sessions, whatever tenant they were opened in.
create view sessions.own_sessions with (security_barrier) as
  select s.id, s.user_id, s.tenant_id, s.device, s.browser, s.operating_system, s.ip_address,
         s.created_at, s.last_seen_at, s.expires_at, s.revoked_at
  from sessions.sessions s
  where s.user_id = (select kith.current_user_id());
grant select on sessions.own_sessions to kith_reader, kith_sessions;

-- Last, when every grant is made: once the keeper owns them, an owner of the database who is no superuser can grant nothing on them.
alter view sessions.own_sessions owner to kith_keeper;
