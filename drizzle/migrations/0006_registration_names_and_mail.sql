-- The users schema learns to change: registration, verification, names, status, and the mail that goes out.

-- Somebody who registered where it is hidden who is registered. Until the address is proven they cannot sign in: whoever gave a
-- password for somebody else's address would learn by it whether that address was free.
alter table users.people add column hidden_until_verified boolean not null default false;

-- 6 digits to prove that an e-mail address is one's own. One row an address anybody asked about, whether or not a person goes by
-- it, so that attempts and requests run out in the same way for all. Addresses and codes are kept as keyed hashes.
create table users.verification_codes (
  address_hash bytea primary key check (octet_length(address_hash) = 32),
  -- Whom the code was made for, and the tenant they registered in. Null as long as nobody waits for one.
  user_id uuid references users.people (id),
  registered_in uuid,
  code_hash bytea check (octet_length(code_hash) = 32),
  expires_at timestamptz(3) not null,
  attempts_left int not null check (attempts_left between 0 and 5),
  -- When a code was asked for within the hour before the last time.
  requested_at timestamptz(3)[] not null default '{}' check (cardinality(requested_at) <= 5),
  constraint verification_codes_of_somebody check (code_hash is null or user_id is not null)
);
create index verification_codes_expired on users.verification_codes (expires_at);

-- Names that were given up. Nobody else may take one before its time.
create table users.username_history (
  username_canonical text not null,
  user_id uuid not null references users.people (id),
  given_up_at timestamptz(3) not null,
  reserved_until timestamptz(3) not null,
  primary key (username_canonical, user_id, given_up_at)
);

create table users.status_changes (
  id uuid primary key,
  user_id uuid not null references users.people (id),
  from_status users.user_status not null,
  to_status users.user_status not null,
  reason text check (char_length(reason) <= 500),
  actor_id uuid,
  changed_at timestamptz(3) not null
);
create index status_changes_of_person on users.status_changes (user_id, changed_at desc);

create type users.mail_state as enum ('QUEUED', 'SENT', 'KEPT', 'FAILED');

-- Mail on its way, or, without a mail server, for the local mailbox to show. Once sent its content is taken out.
create table users.mails (
  id uuid primary key,
  user_id uuid,
  recipient text not null check (char_length(recipient) between 3 and 255),
  template text not null check (char_length(template) between 1 and 100),
  subject text not null check (char_length(subject) between 1 and 200),
  text_body text,
  html_body text,
  state users.mail_state not null default 'QUEUED',
  queued_at timestamptz(3) not null,
  settled_at timestamptz(3),
  -- When it may go out: so many an hour, over all processes. Set when its turn is found, and anew when it missed it.
  turn_at timestamptz(3),
  -- Which kind of failure it was, without what the server said: that may repeat the address.
  failure text check (char_length(failure) <= 100),
  constraint mails_settled_is_dated check ((state = 'QUEUED') = (settled_at is null))
);
create index mails_latest on users.mails (queued_at desc, id desc);
create index mails_of_person on users.mails (user_id);
create index mails_by_turn on users.mails (turn_at desc) where turn_at is not null;
create index mails_settled on users.mails (state, settled_at) where state <> 'QUEUED';

-- Where an account may go from where it stands: to another place, always. DELETED is final.
create function users.check_status_change() returns trigger
  language plpgsql set search_path = '' as $$
begin
  if (old.status::text, new.status::text) not in (
    ('PENDING_VERIFICATION', 'ACTIVE'), ('PENDING_VERIFICATION', 'DELETED'),
    ('ACTIVE', 'SUSPENDED'), ('ACTIVE', 'BANNED'), ('ACTIVE', 'DELETED'),
    ('SUSPENDED', 'ACTIVE'), ('SUSPENDED', 'BANNED'), ('SUSPENDED', 'DELETED'),
    ('BANNED', 'ACTIVE'), ('BANNED', 'DELETED')
  ) then
    raise exception 'an account cannot go from % to %', old.status, new.status using errcode = 'check_violation', constraint = 'people_status_machine';
  end if;
  return new;
end
$$;
create trigger status_machine before update of status on users.people
  for each row execute function users.check_status_change();

-- A name somebody gave up lately is as taken as one in use, and answers with the same constraint. Looked at behind the unique index,
-- which has waited for whoever is giving the name up at this very moment: in front of it that one's entry would not be seen yet.
create function users.check_username_free() returns trigger
  language plpgsql security definer set search_path = '' as $$
begin
  if exists (select from users.username_history h
             where h.username_canonical = new.username_canonical and h.user_id <> new.id and h.reserved_until > new.updated_at) then
    raise exception 'the username was given up only lately' using errcode = 'unique_violation', constraint = 'people_username_taken';
  end if;
  return null;
end
$$;
create trigger username_free after insert or update of username_canonical on users.people
  for each row execute function users.check_username_free();

-- Whether a name is free for somebody. Over everybody, so that a name is unique across tenants.
create function users.username_is_free(username_canonical text, for_user uuid, at timestamptz) returns boolean
  language sql stable security definer set search_path = '' as $$
  select not exists (select from users.people p where p.username_canonical = username_is_free.username_canonical and p.id is distinct from for_user)
     and not exists (select from users.username_history h where h.username_canonical = username_is_free.username_canonical
                       and h.user_id is distinct from for_user and h.reserved_until > at)
$$;

-- Who waits to prove an address.
create function users.awaiting_verification(email_canonical text) returns uuid
  language sql stable security definer set search_path = '' as $$
  select p.id from users.people p where p.email_canonical = awaiting_verification.email_canonical and p.status = 'PENDING_VERIFICATION'
$$;

-- Whose address was registered with once more. The name that was asked for is set aside for them as if it had been given to a
-- new person: whether a name is still free afterwards must not tell whether the address was.
create function users.repeat_registration(email_canonical text, username_canonical text, at timestamptz) returns uuid
  language plpgsql security definer set search_path = '' as $$
declare
  owner_id uuid;
begin
  select p.id into owner_id from users.people p where p.email_canonical = repeat_registration.email_canonical;
  insert into users.username_history (username_canonical, user_id, given_up_at, reserved_until)
  values (repeat_registration.username_canonical, owner_id, at, at + interval '30 days')
  on conflict do nothing;
  return owner_id;
end
$$;

-- Port for every subgraph: queue a mail in the transaction of what it tells of, and the job that sends it.
create function users.queue_mail(id uuid, user_id uuid, recipient text, template text, subject text, text_body text, html_body text, queued_at timestamptz) returns void
  language plpgsql security definer set search_path = '' as $$
begin
  insert into users.mails (id, user_id, recipient, template, subject, text_body, html_body, queued_at)
  values (queue_mail.id, queue_mail.user_id, queue_mail.recipient, queue_mail.template, queue_mail.subject, queue_mail.text_body, queue_mail.html_body, queue_mail.queued_at);
  perform graphile_worker.add_job('users.send_mail', json_build_object('mailId', queue_mail.id), max_attempts := 12, job_key := 'mail ' || queue_mail.id);
end
$$;

-- Port within users: have a mail wait for its turn. By its key the new job takes the place of the one that asks, even of one that dies
-- in between: there is never more than one job that would send a mail.
create function users.put_off_mail(id uuid, until timestamptz) returns void
  language plpgsql security definer set search_path = '' as $$
begin
  perform graphile_worker.add_job('users.send_mail', json_build_object('mailId', put_off_mail.id), run_at := until, max_attempts := 12, job_key := 'mail ' || put_off_mail.id);
end
$$;

-- Port for sessions: whom to write to about their account.
create function users.addressee(user_id uuid) returns table (email text, username text, display_name text, locale text)
  language sql stable security definer set search_path = '' rows 1 as $$
  select p.email, p.username, f.display_name, r.locale
  from users.people p
  join users.profiles f on f.user_id = p.id
  join users.preferences r on r.user_id = p.id
  where p.id = addressee.user_id and p.status <> 'DELETED'
$$;

do $$
declare
  name text;
begin
  foreach name in array array['verification_codes', 'username_history', 'status_changes', 'mails'] loop
    execute format('alter table users.%I enable row level security', name);
    execute format('alter table users.%I force row level security', name);
    execute format('create policy keeper on users.%I to kith_keeper using (true) with check (true)', name);
    execute format('grant select, insert, update, delete on users.%I to kith_keeper', name);
  end loop;
end
$$;
-- Found by the keyed hash of an address, before it is known whose that is.
create policy by_address on users.verification_codes to kith_users using (true) with check (true);
create policy oneself on users.username_history to kith_users
  using (user_id = (select kith.current_user_id())) with check (user_id = (select kith.current_user_id()));
create policy anybody_changes on users.status_changes for insert to kith_users with check (true);
-- Mail is sent by a job, on nobody's behalf, and shown by the local mailbox; no request of a person reads it.
create policy by_job on users.mails to kith_users using ((select kith.current_user_id()) is null);

grant select, insert, update, delete on users.verification_codes to kith_users;
grant select, insert on users.username_history to kith_users;
grant insert on users.status_changes to kith_users;
grant select, delete on users.mails to kith_users;
grant update (state, text_body, html_body, settled_at, turn_at, failure) on users.mails to kith_users;

-- A person is written by themselves, or by whoever the policy code lets change a person of the active tenant.
create policy registering on users.people for insert to kith_users with check (id = (select kith.current_user_id()));
create policy registering on users.profiles for insert to kith_users with check (user_id = (select kith.current_user_id()));
create policy changing on users.people for update to kith_users
  using (id = (select kith.current_user_id())
    or exists (select from users.directory_entries d where d.tenant_id = (select kith.current_tenant_id()) and d.user_id = people.id));
create policy changing_oneself on users.profiles for update to kith_users
  using (user_id = (select kith.current_user_id())) with check (user_id = (select kith.current_user_id()));
grant insert (id, email, email_canonical, username, username_canonical, hidden_until_verified, created_at, updated_at) on users.people to kith_users;
grant update (email, email_canonical, email_verified_at, username, username_canonical, status, status_reason, status_changed_at, status_changed_by,
              suspended_until, version, updated_at) on users.people to kith_users;
grant insert, update on users.profiles, users.preferences to kith_users;

revoke execute on function users.check_status_change(), users.check_username_free(), users.username_is_free(text, uuid, timestamptz),
  users.queue_mail(uuid, uuid, text, text, text, text, text, timestamptz), users.put_off_mail(uuid, timestamptz), users.addressee(uuid) from public;
grant execute on function users.username_is_free(text, uuid, timestamptz), users.put_off_mail(uuid, timestamptz) to kith_users;
revoke execute on function users.awaiting_verification(text), users.repeat_registration(text, text, timestamptz) from public;
grant execute on function users.username_is_free(text, uuid, timestamptz) to kith_reader;
grant execute on function users.awaiting_verification(text), users.repeat_registration(text, text, timestamptz) to kith_users;
grant usage on schema users to kith_tenants;
grant execute on function users.queue_mail(uuid, uuid, text, text, text, text, text, timestamptz), users.addressee(uuid) to kith_users, kith_sessions, kith_tenants;
-- Whoever lifts a suspension that has run out acts for no tenant: a function of the keeper does it for all.
create function users.lift_suspensions(at timestamptz, limit_rows int) returns setof uuid
  language sql security definer set search_path = '' as $$
  update users.people p
  set status = 'ACTIVE', status_reason = null, status_changed_at = at, status_changed_by = null, suspended_until = null, version = p.version + 1, updated_at = at
  where p.id in (select q.id from users.people q where q.status = 'SUSPENDED' and q.suspended_until <= at order by q.suspended_until limit limit_rows for update skip locked)
  returning p.id
$$;
revoke execute on function users.lift_suspensions(timestamptz, int) from public;
grant execute on function users.lift_suspensions(timestamptz, int) to kith_users;
create index people_suspended on users.people (suspended_until) where status = 'SUSPENDED';

-- Whoever is hidden until verified cannot sign in before: signing in answers as if nobody went by the login.
set local role kith_keeper;
create or replace function users.sign_in_directory(login_canonical text)
  returns table (user_id uuid, status users.user_status, platform_administrator boolean)
  language sql stable security definer set search_path = '' rows 1 as $$
  select p.id, p.status, p.platform_administrator
  from users.people p
  where (p.email_canonical = login_canonical or p.username_canonical = login_canonical)
    and not (p.hidden_until_verified and p.email_verified_at is null)
$$;
reset role;

-- Last, when every grant is made: once the keeper owns them, an owner of the database who is no superuser can grant nothing on them.
alter function users.check_username_free() owner to kith_keeper;
alter function users.username_is_free(text, uuid, timestamptz) owner to kith_keeper;
alter function users.awaiting_verification(text) owner to kith_keeper;
alter function users.repeat_registration(text, text, timestamptz) owner to kith_keeper;
alter function users.queue_mail(uuid, uuid, text, text, text, text, text, timestamptz) owner to kith_keeper;
alter function users.put_off_mail(uuid, timestamptz) owner to kith_keeper;
alter function users.addressee(uuid) owner to kith_keeper;
alter function users.lift_suspensions(timestamptz, int) owner to kith_keeper;
