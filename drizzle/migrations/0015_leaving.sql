-- Leaving: accounts are deleted, restored, and after 30 days erased; people get a document of all that is kept about them; and what is kept at
-- all is kept for so long. All of it goes by one list that says of every column what it holds.

-- Whose rows are whose. A step names some rows of a relation as a person's, and what becomes of them. The conditions are over `r`; $1 is the person,
-- $2 the keyed hashes of what they sign in with, $3 their addresses. Written by migrations alone: it is run as it stands.
create table kith.personal_rows (
  step text primary key,
  relation text not null,
  -- Steps are taken in this order: what leads to other rows goes after them.
  place int not null constraint personal_rows_one_after_another unique,
  rows_of text not null,
  fate text not null check (fate in ('ERASED', 'ANONYMISED', 'KEPT')),
  -- Whether these rows belong into the document about the person.
  exported boolean not null
);

-- What every column holds. PERSON: the id of a person. PERSONAL: what tells who somebody is, what they said, where they were. COPY: the same once more.
-- SECRET: hashes, tokens and what is encrypted. FACT: states, moments, numbers and ids, which say nothing without the person. SYSTEM: nothing of anybody.
create table kith.classified_columns (
  relation text not null,
  column_name text not null,
  class text not null check (class in ('PERSON', 'PERSONAL', 'COPY', 'SECRET', 'FACT', 'SYSTEM')),
  -- What is written over it where the row stays, as an expression over `r`; $4 is the moment.
  neutral text,
  -- Of which steps it tells something; of all of its relation when null.
  steps text[],
  primary key (relation, column_name)
);

-- For how long what is kept. `rows_of` is over `r`, with $1 the moment before which it is too old; null where more than a deletion is needed.
create table kith.retention_policies (
  kind text primary key check (kind ~ '^[a-z_]+$'),
  relation text not null,
  rows_of text,
  keep_days int not null check (keep_days between 1 and 3650),
  updated_at timestamptz(3) not null
);

create table users.deletions (
  user_id uuid primary key references users.people (id),
  deleted_at timestamptz(3) not null,
  deleted_by uuid,
  -- As the account stood, to be put back.
  status_before users.user_status not null check (status_before <> 'DELETED'),
  status_reason_before text check (char_length(status_reason_before) <= 500),
  suspended_until_before timestamptz(3),
  reason text check (char_length(reason) <= 500),
  restore_token_hash bytea constraint deletions_one_of_a_token unique check (octet_length(restore_token_hash) = 32),
  erased_at timestamptz(3)
);
create index deletions_due on users.deletions (deleted_at) where erased_at is null;

-- How far the erasure of somebody is, and in the end what it came to.
create table users.erasures (
  user_id uuid primary key references users.people (id),
  started_at timestamptz(3) not null,
  -- Rows by step, of the steps that have been begun; and those that are done.
  counts jsonb not null default '{}' check (jsonb_typeof(counts) = 'object'),
  steps_done text[] not null default '{}',
  finished_at timestamptz(3),
  signed text,
  constraint erasures_finished_is_signed check ((finished_at is null) = (signed is null))
);

create type users.data_export_state as enum ('QUEUED', 'READY', 'EXPIRED');
create table users.data_exports (
  id uuid primary key,
  user_id uuid not null references users.people (id),
  label text check (char_length(label) between 1 and 100),
  state users.data_export_state not null default 'QUEUED',
  requested_at timestamptz(3) not null,
  ready_at timestamptz(3),
  expires_at timestamptz(3),
  document text,
  constraint data_exports_ready_has_a_document check ((state = 'READY') = (document is not null)),
  constraint data_exports_ready_is_dated check ((state = 'QUEUED') = (ready_at is null) and (ready_at is null) = (expires_at is null))
);
create unique index data_exports_one_a_day on users.data_exports (user_id, ((requested_at at time zone 'utc')::date));
create index data_exports_of_person on users.data_exports (user_id, requested_at desc, id desc);
create index data_exports_to_expire on users.data_exports (expires_at) where state = 'READY';

-- Names that were only set aside are nobody's former ones.
alter table users.username_history add column worn boolean not null default true;
create index username_history_of_person on users.username_history (user_id, given_up_at desc, username_canonical desc) where worn;
create index status_changes_latest on users.status_changes (user_id, changed_at desc, id desc);

-- By these the rows of a person are found.
create index status_changes_by_actor on users.status_changes (actor_id);
create index people_decided_by on users.people (status_changed_by) where status_changed_by is not null;
create index mails_by_recipient on users.mails (recipient);
create index verification_codes_of_person on users.verification_codes (user_id);
create index transfers_by_actor on gamification.transfers (actor_id);
create index refresh_tokens_of_person on sessions.refresh_tokens (user_id);
create index sessions_ever_of_person on sessions.sessions (user_id);
create index players_of_person on gamification.players (user_id);
-- And by these what is too old.
create index alerts_by_age on sessions.alerts (raised_at);
create index status_changes_by_age on users.status_changes (changed_at);
create index handled_events_by_age on kith.handled_events (handled_at);
create index data_exports_by_age on users.data_exports (requested_at);

insert into kith.personal_rows (step, relation, place, rows_of, fate, exported) values
  -- Jobs first: they are found by the events and mails they are about. What failed for good may have taken an address down.
  ('jobs', 'graphile_worker._private_jobs', 10,
    $sql$r.payload ->> 'eventId' in (select e.id::text from kith.events e where e.user_id = $1)
      or r.payload ->> 'mailId' in (select m.id::text from users.mails m where m.user_id = $1 or m.recipient = any($3))
      or exists (select from unnest($3) a (address) where position(a.address in r.last_error) > 0)$sql$, 'ERASED', false),
  ('events', 'kith.events', 20, 'r.user_id = $1', 'ERASED', true),
  ('mails', 'users.mails', 110, 'r.user_id = $1 or r.recipient = any($3)', 'ERASED', true),
  ('verification codes', 'users.verification_codes', 120, 'r.user_id = $1 or r.address_hash = any($2)', 'ERASED', true),
  ('former names', 'users.username_history', 130, 'r.user_id = $1', 'ERASED', true),
  ('following', 'users.follows', 140, 'r.follower_id = $1', 'ERASED', true),
  ('followers', 'users.follows', 150, 'r.followed_id = $1', 'ERASED', true),
  ('data exports', 'users.data_exports', 160, 'r.user_id = $1', 'ERASED', true),
  ('blocking', 'users.blocks', 161, 'r.blocker_id = $1', 'ERASED', true),
  -- Who blocked somebody they do not learn, not even by the document about them.
  ('blocked', 'users.blocks', 162, 'r.blocked_id = $1', 'ERASED', false),
  ('deliveries', 'users.pending_deliveries', 163, 'r.user_id = $1', 'ERASED', true),
  ('notifications', 'users.notifications', 164, 'r.user_id = $1', 'ERASED', true),
  ('notifications of others', 'users.notifications', 165, 'r.actor_id = $1 and r.user_id <> $1', 'KEPT', false),
  ('notification preferences', 'users.notification_preferences', 166, 'r.user_id = $1', 'ERASED', true),
  ('notification settings', 'users.notification_settings', 167, 'r.user_id = $1', 'ERASED', true),
  ('push tokens', 'users.push_tokens', 168, 'r.user_id = $1', 'ERASED', true),
  ('phone number', 'users.phone_numbers', 169, 'r.user_id = $1', 'ERASED', true),
  ('status changes', 'users.status_changes', 170, 'r.user_id = $1', 'ANONYMISED', true),
  ('status changes of others', 'users.status_changes', 180, 'r.actor_id = $1 and r.user_id <> $1', 'KEPT', false),
  ('presence', 'users.presences', 185, 'r.user_id = $1', 'ERASED', true),
  ('directory', 'users.directory_entries', 190, 'r.user_id = $1', 'ERASED', true),
  ('role changes', 'tenants.role_changes', 195, 'r.user_id = $1', 'ERASED', true),
  ('role changes of others', 'tenants.role_changes', 196, 'r.changed_by = $1 and r.user_id <> $1', 'KEPT', false),
  ('memberships', 'tenants.memberships', 200, 'r.user_id = $1', 'ERASED', true),
  ('audit', 'tenants.audit_entries', 210, $sql$r.actor_id = $1 or r.impersonator_id = $1 or (r.target_type = 'user' and r.target_id = $1::text)$sql$, 'ANONYMISED', true),
  ('invitations sent', 'tenants.invitations', 220, 'r.invited_by = $1', 'ANONYMISED', true),
  ('invitations received', 'tenants.invitations', 230, 'r.accepted_by = $1 or r.email_canonical = any($3)', 'ANONYMISED', true),
  ('days of activity', 'tenants.daily_active_people', 240, 'r.user_id = $1', 'ERASED', true),
  ('tenants deleted', 'tenants.tenants', 250, 'r.deleted_by = $1', 'KEPT', false),
  ('refresh tokens', 'sessions.refresh_tokens', 300, 'r.user_id = $1', 'ERASED', true),
  ('sessions', 'sessions.sessions', 310, 'r.user_id = $1', 'ERASED', true),
  ('sign-ins', 'sessions.login_history', 320, 'r.user_id = $1', 'ERASED', true),
  ('credentials', 'sessions.credentials', 330, 'r.user_id = $1', 'ERASED', true),
  ('second factors', 'sessions.second_factors', 340, 'r.user_id = $1', 'ERASED', true),
  ('backup codes', 'sessions.backup_codes', 350, 'r.user_id = $1', 'ERASED', true),
  ('half sign-ins', 'sessions.two_factor_challenges', 360, 'r.user_id = $1', 'ERASED', true),
  ('password resets', 'sessions.password_resets', 370, 'r.user_id = $1', 'ERASED', true),
  ('requests for resets', 'sessions.reset_requests', 380, 'r.address_hash = any($2)', 'ERASED', false),
  ('failures', 'sessions.lockouts', 390, 'r.user_id = $1 or r.subject = any($2)', 'ERASED', true),
  ('known devices', 'sessions.known_devices', 400, 'r.user_id = $1', 'ERASED', true),
  ('alerts', 'sessions.alerts', 410, 'r.user_id = $1', 'ERASED', true),
  ('revocations', 'sessions.revocations', 420, 'r.user_id = $1', 'KEPT', true),
  -- Of points every one came from somewhere: what a person had stays, under an id.
  ('players', 'gamification.players', 500, 'r.user_id = $1', 'KEPT', true),
  ('experience', 'gamification.experience_entries', 510, 'r.player_id in (select p.id from gamification.players p where p.user_id = $1)', 'KEPT', true),
  ('accounts', 'gamification.accounts', 520, 'r.player_id in (select p.id from gamification.players p where p.user_id = $1)', 'KEPT', true),
  ('transfers', 'gamification.transfers', 530,
    $sql$r.actor_id = $1 or r.id in (select e.transfer_id from gamification.entries e join gamification.accounts a on a.id = e.account_id
      join gamification.players p on p.id = a.player_id where p.user_id = $1)$sql$, 'KEPT', true),
  ('entries', 'gamification.entries', 540,
    'r.account_id in (select a.id from gamification.accounts a join gamification.players p on p.id = a.player_id where p.user_id = $1)', 'KEPT', true),
  ('achievements', 'gamification.player_achievements', 550, 'r.player_id in (select p.id from gamification.players p where p.user_id = $1)', 'KEPT', true),
  ('preferences', 'users.preferences', 900, 'r.user_id = $1', 'ANONYMISED', true),
  ('profile', 'users.profiles', 910, 'r.user_id = $1', 'ANONYMISED', true),
  ('deletion', 'users.deletions', 920, 'r.user_id = $1', 'ANONYMISED', true),
  ('deletions of others', 'users.deletions', 930, 'r.deleted_by = $1 and r.user_id <> $1', 'KEPT', false),
  ('decisions about others', 'users.people', 950, 'r.status_changed_by = $1 and r.id <> $1', 'KEPT', false),
  -- The person comes last: by their addresses the rest is found.
  ('account', 'users.people', 990, 'r.id = $1', 'ANONYMISED', true);

insert into kith.classified_columns (relation, class, column_name)
select c.relation, c.class, named.column_name
from (values
  ('graphile_worker._private_jobs', 'FACT', 'payload'),
  ('graphile_worker._private_jobs', 'PERSONAL', 'last_error'),
  ('graphile_worker._private_jobs', 'SYSTEM', 'id job_queue_id task_id priority run_at attempts max_attempts created_at updated_at key locked_at locked_by revision flags is_available'),
  ('kith.monthly_logs', 'SYSTEM', 'log'),
  ('kith.events', 'PERSON', 'user_id'),
  ('kith.events', 'PERSONAL', 'payload'),
  ('kith.events', 'FACT', 'id name version occurred_at tenant_id request_id'),
  ('kith.handled_events', 'SYSTEM', 'consumer event_id handled_at'),
  ('kith.personal_rows', 'SYSTEM', 'step relation place rows_of fate exported'),
  ('kith.classified_columns', 'SYSTEM', 'relation column_name class neutral steps'),
  ('kith.retention_policies', 'SYSTEM', 'kind relation rows_of keep_days updated_at'),
  ('users.people', 'PERSON', 'id status_changed_by deleted_by'),
  ('users.people', 'PERSONAL', 'email username status_reason email_verified_at'),
  ('users.people', 'COPY', 'email_canonical username_canonical'),
  ('users.people', 'FACT', 'status status_changed_at suspended_until platform_administrator follower_count following_count version created_at updated_at deleted_at hidden_until_verified'),
  ('users.profiles', 'PERSON', 'user_id'),
  ('users.profiles', 'PERSONAL', 'display_name bio picture_url banner_url location website interests skills theme twitter instagram tiktok discord youtube'),
  ('users.profiles', 'FACT', 'updated_at'),
  ('users.preferences', 'PERSON', 'user_id'),
  ('users.preferences', 'PERSONAL', 'locale time_zone color_scheme show_presence'),
  ('users.preferences', 'FACT', 'updated_at'),
  ('users.follows', 'PERSON', 'follower_id followed_id'),
  ('users.follows', 'FACT', 'created_at'),
  ('users.directory_entries', 'PERSON', 'user_id'),
  ('users.directory_entries', 'COPY', 'search_text'),
  ('users.directory_entries', 'FACT', 'tenant_id role status listed verified follower_count joined_at'),
  ('users.verification_codes', 'PERSON', 'user_id'),
  ('users.verification_codes', 'SECRET', 'address_hash code_hash'),
  ('users.verification_codes', 'FACT', 'registered_in expires_at attempts_left requested_at'),
  ('users.username_history', 'PERSON', 'user_id'),
  ('users.username_history', 'PERSONAL', 'username_canonical'),
  ('users.username_history', 'FACT', 'given_up_at reserved_until worn'),
  ('users.status_changes', 'PERSON', 'user_id actor_id'),
  ('users.status_changes', 'PERSONAL', 'reason'),
  ('users.status_changes', 'FACT', 'id from_status to_status changed_at'),
  ('users.mails', 'PERSON', 'user_id'),
  ('users.mails', 'PERSONAL', 'recipient subject'),
  -- They hold codes and links that open accounts.
  ('users.mails', 'SECRET', 'text_body html_body'),
  ('users.mails', 'FACT', 'id template state queued_at settled_at turn_at failure'),
  ('users.deletions', 'PERSON', 'user_id deleted_by'),
  ('users.deletions', 'PERSONAL', 'reason status_reason_before'),
  ('users.deletions', 'SECRET', 'restore_token_hash'),
  ('users.deletions', 'FACT', 'deleted_at status_before suspended_until_before erased_at'),
  ('users.erasures', 'PERSON', 'user_id'),
  ('users.erasures', 'FACT', 'started_at counts steps_done finished_at signed'),
  ('users.data_exports', 'PERSON', 'user_id'),
  ('users.data_exports', 'PERSONAL', 'label'),
  ('users.data_exports', 'COPY', 'document'),
  ('users.data_exports', 'FACT', 'id state requested_at ready_at expires_at'),
  ('tenants.tenants', 'PERSON', 'deleted_by'),
  ('tenants.tenants', 'SYSTEM', 'id name slug status version created_at updated_at status_reason deleted_at emptying_at emptied_at'),
  ('tenants.memberships', 'PERSON', 'user_id'),
  ('tenants.memberships', 'FACT', 'id tenant_id role joined_at invitation_id'),
  ('tenants.settings', 'SYSTEM', 'tenant_id settings version updated_at'),
  ('tenants.audit_entries', 'PERSON', 'actor_id impersonator_id'),
  ('tenants.audit_entries', 'PERSONAL', 'before after ip_address user_agent'),
  ('tenants.audit_entries', 'FACT', 'id tenant_id occurred_at action target_type target_id request_id seq redacted_at'),
  -- The digests stay, keyed as they are, so that the chain can still be followed where something was taken out of it.
  ('tenants.audit_entries', 'SYSTEM', 'digest payload_digest origin_digest'),
  ('sessions.credentials', 'PERSON', 'user_id'),
  ('sessions.credentials', 'SECRET', 'password_hash'),
  ('sessions.credentials', 'FACT', 'password_changed_at version'),
  ('sessions.sessions', 'PERSON', 'user_id'),
  ('sessions.sessions', 'PERSONAL', 'device browser operating_system ip_address user_agent'),
  ('sessions.sessions', 'SECRET', 'fingerprint'),
  ('sessions.sessions', 'FACT', 'id tenant_id created_at last_seen_at expires_at revoked_at remember absolute_expires_at revoked_reason'),
  ('sessions.refresh_tokens', 'PERSON', 'user_id'),
  ('sessions.refresh_tokens', 'SECRET', 'token_hash successor_encrypted'),
  ('sessions.refresh_tokens', 'FACT', 'session_id issued_at expires_at used_at'),
  ('sessions.login_history', 'PERSON', 'user_id'),
  ('sessions.login_history', 'PERSONAL', 'ip_address user_agent'),
  ('sessions.login_history', 'FACT', 'id occurred_at tenant_id session_id failure'),
  ('sessions.second_factors', 'PERSON', 'user_id'),
  ('sessions.second_factors', 'SECRET', 'secret_encrypted'),
  ('sessions.second_factors', 'FACT', 'setup_expires_at confirmed_at last_step'),
  ('sessions.backup_codes', 'PERSON', 'user_id'),
  ('sessions.backup_codes', 'SECRET', 'code_hash'),
  ('sessions.backup_codes', 'FACT', 'used_at'),
  ('sessions.two_factor_challenges', 'PERSON', 'user_id'),
  ('sessions.two_factor_challenges', 'SECRET', 'token_hash'),
  ('sessions.two_factor_challenges', 'FACT', 'tenant_id remember issued_at expires_at attempts_left used_at'),
  ('sessions.password_resets', 'PERSON', 'user_id'),
  ('sessions.password_resets', 'SECRET', 'token_hash'),
  ('sessions.password_resets', 'FACT', 'requested_at expires_at used_at'),
  ('sessions.reset_requests', 'SECRET', 'address_hash'),
  ('sessions.reset_requests', 'FACT', 'requested_at latest_at'),
  ('sessions.lockouts', 'PERSON', 'user_id'),
  ('sessions.lockouts', 'SECRET', 'subject'),
  ('sessions.lockouts', 'FACT', 'failures last_failed_at locked_until'),
  ('sessions.known_devices', 'PERSON', 'user_id'),
  ('sessions.known_devices', 'PERSONAL', 'network'),
  ('sessions.known_devices', 'SECRET', 'fingerprint'),
  ('sessions.known_devices', 'FACT', 'signed_in_at'),
  ('sessions.alerts', 'PERSON', 'user_id'),
  ('sessions.alerts', 'PERSONAL', 'ip_address details'),
  ('sessions.alerts', 'FACT', 'id tenant_id kind severity raised_at'),
  ('sessions.revocations', 'PERSON', 'user_id'),
  ('sessions.revocations', 'FACT', 'id session_id tenant_id revoked_at'),
  ('sessions.signing_keys', 'SYSTEM', 'kid algorithm public_jwk private_jwk_encrypted state created_at retired_at'),
  ('gamification.players', 'PERSON', 'user_id'),
  ('gamification.players', 'FACT', 'id tenant_id experience created_at'),
  ('gamification.experience_entries', 'FACT', 'id tenant_id player_id amount source occurred_at'),
  ('gamification.accounts', 'FACT', 'id tenant_id player_id kind currency balance'),
  ('gamification.transfers', 'PERSON', 'actor_id'),
  ('gamification.transfers', 'FACT', 'id tenant_id idempotency_key cause occurred_at'),
  ('gamification.transfers', 'SYSTEM', 'request_hash'),
  ('gamification.entries', 'FACT', 'transfer_id account_id tenant_id currency amount'),
  ('gamification.achievements', 'SYSTEM', 'id tenant_id name description rarity created_at'),
  ('gamification.player_achievements', 'FACT', 'player_id achievement_id tenant_id unlocked_at'),
  ('users.blocks', 'PERSON', 'blocker_id blocked_id'),
  ('users.blocks', 'FACT', 'created_at'),
  ('users.presences', 'PERSON', 'user_id'),
  ('users.presences', 'PERSONAL', 'last_seen_at'),
  ('users.presences', 'FACT', 'tenant_id'),
  ('users.notifications', 'PERSON', 'user_id actor_id'),
  ('users.notifications', 'PERSONAL', 'data'),
  ('users.notifications', 'FACT', 'id tenant_id type priority in_app created_at read_at expires_at'),
  ('users.notification_preferences', 'PERSON', 'user_id'),
  ('users.notification_preferences', 'FACT', 'type channel enabled'),
  ('users.notification_settings', 'PERSON', 'user_id'),
  ('users.notification_settings', 'PERSONAL', 'quiet_from quiet_to'),
  ('users.notification_settings', 'FACT', 'digest updated_at'),
  ('users.pending_deliveries', 'PERSON', 'user_id'),
  ('users.pending_deliveries', 'FACT', 'notification_id channel due_at'),
  ('users.push_tokens', 'PERSON', 'user_id'),
  ('users.push_tokens', 'PERSONAL', 'device_name app_version token_ending'),
  ('users.push_tokens', 'SECRET', 'token_hash token_encrypted'),
  ('users.push_tokens', 'FACT', 'id platform registered_at last_used_at'),
  ('users.phone_numbers', 'PERSON', 'user_id'),
  -- No secret to whose number it is: the document about them tells it, once it is decrypted.
  ('users.phone_numbers', 'PERSONAL', 'number_encrypted'),
  ('users.phone_numbers', 'FACT', 'updated_at'),
  ('tenants.member_counts', 'SYSTEM', 'tenant_id role status members'),
  ('tenants.member_count_changes', 'SYSTEM', 'id tenant_id role status change'),
  ('tenants.daily_statistics', 'SYSTEM', 'tenant_id day sign_ins active_people joined departed'),
  ('tenants.daily_active_people', 'PERSON', 'user_id'),
  ('tenants.daily_active_people', 'PERSONAL', 'day'),
  ('tenants.daily_active_people', 'FACT', 'tenant_id counted'),
  ('tenants.invitations', 'PERSON', 'invited_by accepted_by revoked_by'),
  ('tenants.invitations', 'PERSONAL', 'email message'),
  ('tenants.invitations', 'COPY', 'email_canonical'),
  ('tenants.invitations', 'SECRET', 'token_hash'),
  ('tenants.invitations', 'FACT', 'id tenant_id role created_at sent_at sent_count expires_at accepted_at revoked_at'),
  -- Counted by a hash, within a day, and then gone.
  ('tenants.invitation_requests', 'SYSTEM', 'tenant_id subject requested_at latest_at'),
  ('tenants.role_changes', 'PERSON', 'user_id changed_by'),
  ('tenants.role_changes', 'FACT', 'id tenant_id membership_id from_role to_role changed_at'),
  ('tenants.audit_heads', 'SYSTEM', 'tenant_id seq digest mac'),
  ('tenants.audit_checkpoints', 'SYSTEM', 'tenant_id seq digest made_at kind jws')
) c (relation, class, names)
cross join lateral unnest(string_to_array(c.names, ' ')) named (column_name);

-- Where the row stays, this is written over what it held.
update kith.classified_columns c set neutral = n.neutral
from (values
  ('users.people', 'email', $sql$'erased-' || r.id || '@erased.invalid'$sql$),
  ('users.people', 'email_canonical', $sql$'erased-' || r.id || '@erased.invalid'$sql$),
  -- The end of a UUIDv7 is by chance; its beginning is the moment somebody registered.
  ('users.people', 'username', $sql$'deleted_' || right(r.id::text, 12)$sql$),
  ('users.people', 'username_canonical', $sql$'deleted_' || right(r.id::text, 12)$sql$),
  ('users.people', 'status_reason', 'null'),
  ('users.people', 'email_verified_at', 'null'),
  ('users.profiles', 'display_name', $sql$'Deleted user'$sql$),
  ('users.profiles', 'bio', 'null'), ('users.profiles', 'picture_url', 'null'), ('users.profiles', 'banner_url', 'null'), ('users.profiles', 'location', 'null'),
  ('users.profiles', 'website', 'null'), ('users.profiles', 'twitter', 'null'), ('users.profiles', 'instagram', 'null'), ('users.profiles', 'tiktok', 'null'),
  ('users.profiles', 'discord', 'null'), ('users.profiles', 'youtube', 'null'),
  ('users.profiles', 'interests', $sql$'{}'::text[]$sql$), ('users.profiles', 'skills', $sql$'{}'::text[]$sql$), ('users.profiles', 'theme', $sql$'{}'::jsonb$sql$),
  ('users.preferences', 'locale', $sql$'en'$sql$), ('users.preferences', 'time_zone', $sql$'UTC'$sql$), ('users.preferences', 'color_scheme', $sql$'SYSTEM'::users.color_scheme$sql$),
  ('users.preferences', 'show_presence', 'true'),
  ('users.status_changes', 'reason', 'null'),
  ('users.deletions', 'reason', 'null'), ('users.deletions', 'status_reason_before', 'null'), ('users.deletions', 'restore_token_hash', 'null'),
  -- What was done to them, and from where they acted; what they did to others, and from where others acted, is not theirs.
  ('tenants.audit_entries', 'before', $sql$case when r.target_type = 'user' and r.target_id = $1::text then null else r.before end$sql$),
  ('tenants.audit_entries', 'after', $sql$case when r.target_type = 'user' and r.target_id = $1::text then null else r.after end$sql$),
  ('tenants.audit_entries', 'ip_address', 'case when $1 in (r.actor_id, r.impersonator_id) then null else r.ip_address end'),
  ('tenants.audit_entries', 'user_agent', 'case when $1 in (r.actor_id, r.impersonator_id) then null else r.user_agent end'),
  ('tenants.audit_entries', 'redacted_at', '$4'),
  ('tenants.invitations', 'email', $sql$'erased-' || r.id || '@erased.invalid'$sql$),
  ('tenants.invitations', 'email_canonical', $sql$'erased-' || r.id || '@erased.invalid'$sql$),
  ('tenants.invitations', 'token_hash', 'null'),
  ('tenants.invitations', 'message', 'null')
) n (relation, column_name, neutral)
where c.relation = n.relation and c.column_name = n.column_name;

-- What somebody did to others is not told in a document about them, nor is who decided about them.
update kith.classified_columns c set steps = s.steps
from (values
  ('users.status_changes', 'actor_id', array['status changes of others']),
  ('users.notifications', 'actor_id', array['notifications of others']),
  ('users.notifications', 'data', array['notifications']),
  ('tenants.role_changes', 'changed_by', array['role changes of others']),
  ('tenants.invitations', 'email', array['invitations received']), ('tenants.invitations', 'email_canonical', array['invitations received']),
  ('tenants.invitations', 'token_hash', array['invitations received']), ('tenants.invitations', 'message', array['invitations sent']),
  ('tenants.invitations', 'invited_by', array['invitations sent']), ('tenants.invitations', 'accepted_by', array['invitations received']),
  ('users.status_changes', 'reason', array['status changes']),
  ('users.people', 'email', array['account']), ('users.people', 'email_canonical', array['account']), ('users.people', 'username', array['account']),
  ('users.people', 'username_canonical', array['account']), ('users.people', 'status_reason', array['account']), ('users.people', 'email_verified_at', array['account']),
  ('users.people', 'status_changed_by', array['decisions about others']), ('users.people', 'deleted_by', array['decisions about others']),
  ('users.deletions', 'deleted_by', array['deletions of others']), ('users.deletions', 'reason', array['deletion']),
  ('users.deletions', 'status_reason_before', array['deletion']), ('users.deletions', 'restore_token_hash', array['deletion'])
) s (relation, column_name, steps)
where c.relation = s.relation and c.column_name = s.column_name;

insert into kith.retention_policies (kind, relation, rows_of, keep_days, updated_at)
select p.kind, p.relation, p.rows_of, p.keep_days, now()
from (values
  ('login_history', 'sessions.login_history', 'r.occurred_at < $1', 400),
  ('alerts', 'sessions.alerts', 'r.raised_at < $1', 400),
  ('events', 'kith.events', 'r.occurred_at < $1', 90),
  -- Never before its event, for however long those are kept: delivered once more, that would act once more.
  ('handled_events', 'kith.handled_events', $sql$r.handled_at < $1 and not exists (
    select from kith.events e
    join kith.retention_policies own on own.kind = 'handled_events' join kith.retention_policies theirs on theirs.kind = 'events'
    where e.id = r.event_id and e.occurred_at >= $1 + make_interval(days => own.keep_days - theirs.keep_days))$sql$, 90),
  ('mails', 'users.mails', $sql$r.settled_at < $1 and r.state <> 'QUEUED'$sql$, 30),
  ('status_changes', 'users.status_changes', 'r.changed_at < $1', 730),
  ('data_exports', 'users.data_exports', $sql$r.requested_at < $1 and r.state <> 'READY'$sql$, 90),
  ('notifications', 'users.notifications', 'r.created_at < $1', 180),
  ('invitations', 'tenants.invitations', 'coalesce(r.accepted_at, r.revoked_at, r.expires_at) < $1', 90),
  ('daily_active_people', 'tenants.daily_active_people', $sql$r.day < ($1 at time zone 'utc')::date$sql$, 40),
  -- By the beginnings of their chains, each of which has to be signed for.
  ('audit_entries', 'tenants.audit_entries', null, 730)
) p (kind, relation, rows_of, keep_days);

-- Whatever goes the keeper has to be able to take. Before the policies, which hide these lists from an owner who is no superuser.
do $$
declare
  part record;
begin
  for part in
    select p.relation, 'delete' as privilege from kith.personal_rows p where p.fate = 'ERASED' and p.relation !~ '^graphile_worker'
    union select p.relation, 'delete' from kith.retention_policies p where p.rows_of is not null
    union select p.relation, 'update' from kith.personal_rows p where p.fate = 'ANONYMISED' and p.relation <> 'tenants.audit_entries'
    union select p.relation, 'select' from kith.personal_rows p where p.relation !~ '^graphile_worker'
  loop
    execute format('grant %s on %s to kith_keeper', part.privilege, part.relation);
  end loop;
end
$$;

do $$
declare
  name text;
begin
  foreach name in array array['kith.personal_rows', 'kith.classified_columns', 'kith.retention_policies', 'users.deletions', 'users.erasures', 'users.data_exports'] loop
    execute format('alter table %s enable row level security', name);
    execute format('alter table %s force row level security', name);
    execute format('create policy keeper on %s to kith_keeper using (true) with check (true)', name);
    execute format('grant select, insert, update, delete on %s to kith_keeper', name);
  end loop;
end
$$;
-- What the whole erases by is written by migrations, and read by its functions.
revoke insert, update, delete on kith.personal_rows, kith.classified_columns from kith_keeper;

create policy oneself on users.deletions to kith_users
  using (user_id = (select kith.current_user_id())) with check (user_id = (select kith.current_user_id()));
create policy oneself on users.data_exports to kith_reader, kith_users
  using (user_id = (select kith.current_user_id())) with check (user_id = (select kith.current_user_id()));
alter policy oneself on users.username_history to kith_reader, kith_users;
-- As with people: probed once for each row of the answer.
create policy oneself_and_active_tenant on users.status_changes for select to kith_reader, kith_users
  using (user_id = (select kith.current_user_id())
    or exists (select from users.directory_entries d where d.tenant_id = (select kith.current_tenant_id()) and d.user_id = status_changes.user_id));

grant select, update (restore_token_hash) on users.deletions to kith_users;
grant select on users.data_exports, users.username_history, users.status_changes to kith_reader;
grant select on users.status_changes to kith_users;
grant select, insert, update (state, ready_at, expires_at, document) on users.data_exports to kith_users;
grant update (before, after, ip_address, user_agent, redacted_at) on tenants.audit_entries to kith_keeper;
grant usage on schema graphile_worker to kith_keeper;

-- A deletion can be undone within 30 days, back to where the account stood, and that is no transition of the machine: there DELETED is final.
create or replace function users.check_status_change() returns trigger
  language plpgsql security definer set search_path = '' as $$
begin
  if old.status = 'DELETED' and new.deleted_at is null and new.updated_at <= old.deleted_at + interval '30 days'
     and exists (select from users.deletions d where d.user_id = old.id and d.status_before = new.status)
     and not exists (select from users.erasures e where e.user_id = old.id) then
    return new;
  end if;
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

-- Whether whoever the transaction speaks for may decide about an account: their own, or as an administrator of the platform.
create function users.decides_about(user_id uuid) returns boolean
  language sql stable security definer set search_path = '' as $$
  select kith.current_user_id() = decides_about.user_id
      or exists (select from users.people p where p.id = kith.current_user_id() and p.platform_administrator and p.status = 'ACTIVE')
$$;

-- Port within users: an account that is to be deleted, held until the transaction ends. No row to whoever may not decide about it.
create function users.hold_account(user_id uuid) returns table (status users.user_status, username_canonical text)
  language sql security definer set search_path = '' rows 1 as $$
  select p.status, p.username_canonical from users.people p where p.id = hold_account.user_id and users.decides_about(p.id) for update
$$;

-- Port for users: the names of tenants that somebody is the only administrator of. Holds the tenants they administer, so that two last ones
-- who leave at once do so one behind the other, and the second sees that the first has gone.
create function tenants.left_without_administrator(user_id uuid) returns setof text
  language plpgsql security definer set search_path = '' as $$
begin
  perform from tenants.tenants t
    where t.id in (select m.tenant_id from tenants.memberships m where m.user_id = left_without_administrator.user_id and m.role = 'ADMIN')
    order by t.id for no key update;
  return query
    select t.name
    from tenants.memberships m join tenants.tenants t on t.id = m.tenant_id
    where m.user_id = left_without_administrator.user_id and m.role = 'ADMIN' and t.deleted_at is null
      and not exists (select from tenants.memberships o join users.people p on p.id = o.user_id
                      where o.tenant_id = m.tenant_id and o.user_id <> m.user_id and o.role = 'ADMIN' and p.status not in ('BANNED', 'DELETED'))
    order by t.name;
end
$$;

-- Port within users: deletes an account that may be, with all that is needed to put it back.
create function users.delete_account(user_id uuid, reason text, at timestamptz) returns void
  language plpgsql security definer set search_path = '' as $$
begin
  if not users.decides_about(delete_account.user_id) then
    raise exception 'this account is not theirs to delete' using errcode = 'insufficient_privilege';
  end if;
  insert into users.deletions (user_id, deleted_at, deleted_by, status_before, status_reason_before, suspended_until_before, reason)
  select p.id, at, kith.current_user_id(), p.status, p.status_reason, p.suspended_until, delete_account.reason from users.people p where p.id = delete_account.user_id;
  update users.people p
  set status = 'DELETED', status_reason = null, status_changed_at = at, status_changed_by = kith.current_user_id(), suspended_until = null,
      deleted_at = at, deleted_by = kith.current_user_id(), version = p.version + 1, updated_at = at
  where p.id = delete_account.user_id;
end
$$;

-- Port within users: puts a deleted account back as it stood, and says whose it is and how it stands: by the hash of the token that was mailed, or by
-- its id for an administrator of the platform. No row when there is none to put back, or no longer.
create function users.restore_account(user_id uuid, token_hash bytea, at timestamptz) returns table (restored_id uuid, status users.user_status)
  language plpgsql security definer set search_path = '' rows 1 as $$
declare
  found_id uuid;
begin
  select d.user_id into found_id from users.deletions d
  where (d.restore_token_hash = restore_account.token_hash
      or (d.user_id = restore_account.user_id
        and exists (select from users.people p where p.id = kith.current_user_id() and p.platform_administrator and p.status = 'ACTIVE')))
    and d.deleted_at >= at - interval '30 days';
  -- The account before its deletion, as everywhere; and looked at again once it is held.
  perform from users.people p where p.id = found_id for update;
  return query
    update users.people p
    set status = d.status_before, status_reason = d.status_reason_before, status_changed_at = at, status_changed_by = coalesce(kith.current_user_id(), p.id),
        suspended_until = d.suspended_until_before, deleted_at = null, deleted_by = null, version = p.version + 1, updated_at = at
    from users.deletions d
    where p.id = found_id and d.user_id = found_id and p.status = 'DELETED' and not exists (select from users.erasures e where e.user_id = found_id)
    returning p.id, p.status;
  delete from users.deletions d where d.user_id = found_id and exists (select from users.people p where p.id = found_id and p.status <> 'DELETED');
end
$$;

-- For every reader: the deletions that can still be undone of accounts the viewer may decide about.
create function users.deletions_of(user_ids uuid[]) returns table (user_id uuid, deleted_at timestamptz, deleted_by uuid)
  language sql stable security definer set search_path = '' as $$
  select d.user_id, d.deleted_at, d.deleted_by from users.deletions d where d.user_id = any (user_ids) and d.erased_at is null and users.decides_about(d.user_id)
$$;

-- Whether somebody was deleted more than 30 days before a moment: from then on there is no way back.
create function users.is_due_for_erasure(user_id uuid, at timestamptz) returns boolean
  language sql stable security definer set search_path = '' as $$
  select exists (select from users.people p where p.id = is_due_for_erasure.user_id and p.status = 'DELETED' and p.deleted_at < at - interval '30 days')
$$;

create function kith.addresses_of(user_id uuid) returns text[]
  language sql stable security definer set search_path = '' as $$
  select array[p.email, p.email_canonical] from users.people p where p.id = addresses_of.user_id
$$;

-- What is written over the columns of a step where its rows stay, and the condition that there is still something to write over.
create function kith.neutral_of(step text, out assignments text, out outstanding text)
  language sql stable security definer set search_path = '' as $$
  select string_agg(format('%I = %s', c.column_name, c.neutral), ', ' order by c.column_name),
         string_agg(format('r.%I is distinct from (%s)', c.column_name, c.neutral), ' or ' order by c.column_name) filter (where c.class not in ('FACT', 'SYSTEM'))
  from kith.personal_rows s
  join kith.classified_columns c on c.relation = s.relation and (c.steps is null or s.step = any (c.steps))
  where s.step = neutral_of.step and c.neutral is not null
$$;

-- The rows of a step, as a condition over `r`: of those that stay, the ones that hold something.
create function kith.condition_of(step text) returns text
  language sql stable security definer set search_path = '' as $$
  select case s.fate when 'ANONYMISED' then format('(%s) and (%s)', s.rows_of, n.outstanding) else format('(%s)', s.rows_of) end
  from kith.personal_rows s cross join kith.neutral_of(s.step) n
  where s.step = condition_of.step
$$;

create function kith.key_of(relation text) returns text
  language sql stable security definer set search_path = '' as $$
  select string_agg(format('%I', a.attname), ', ' order by k.place)
  from pg_catalog.pg_index i
  cross join unnest(i.indkey) with ordinality k (attnum, place)
  join pg_catalog.pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum
  where i.indrelid = key_of.relation::regclass and i.indisprimary
$$;

-- How many rows of somebody there are, by step: for themselves, for an administrator of the platform, or because they are to be erased.
create function kith.count_rows(user_id uuid, at timestamptz, hashes bytea[]) returns table (step text, relation text, fate text, row_count bigint)
  language plpgsql stable security definer set search_path = '' as $$
declare
  part kith.personal_rows;
  addresses text[] := kith.addresses_of(count_rows.user_id);
begin
  if not (users.decides_about(count_rows.user_id) or users.is_due_for_erasure(count_rows.user_id, at)) then
    return;
  end if;
  for part in select * from kith.personal_rows s order by s.place loop
    execute format('select count(*) from %s r where %s', part.relation::regclass, kith.condition_of(part.step)) into row_count using count_rows.user_id, hashes, addresses;
    step := part.step;
    relation := part.relation;
    fate := part.fate;
    if row_count > 0 then
      return next;
    end if;
  end loop;
end
$$;

-- For every reader: the same for several at once, by step, each with the hashes of what they sign in with: [{"userId": .., "hashes": [hex, ..]}]. Counted
-- step by step for all of them together: person by person 200 of them took more than 5 seconds.
create function kith.deletion_impacts(people jsonb) returns table (user_id uuid, relation text, fate text, row_count bigint)
  language plpgsql stable security definer set search_path = '' as $$
declare
  part kith.personal_rows;
begin
  for part in select * from kith.personal_rows s order by s.place loop
    return query execute format(
      'select p.user_id, %L::text, %L::text, c.row_count
       from (select u.id as user_id, array(select decode(h.value, ''hex'') from jsonb_array_elements_text(x.value -> ''hashes'') h) as hashes, kith.addresses_of(u.id) as addresses
             from jsonb_array_elements($1) x cross join lateral (select (x.value ->> ''userId'')::uuid as id) u
             where users.decides_about(u.id)) p
       cross join lateral (select count(*) as row_count from %s r where %s) c
       where c.row_count > 0',
      part.relation, part.fate, part.relation::regclass, replace(replace(replace(kith.condition_of(part.step), '$1', 'p.user_id'), '$2', 'p.hashes'), '$3', 'p.addresses'))
      using people;
  end loop;
end
$$;

-- Erases so many rows of a step, or makes them anonymous, and says how many they were; of rows that stay as they are it only says so. Refuses whoever
-- was not deleted more than 30 days before.
create function kith.erase_rows(user_id uuid, step text, at timestamptz, rows_max int, hashes bytea[]) returns int
  language plpgsql security definer set search_path = '' as $$
declare
  part kith.personal_rows;
  key text;
  chosen text;
  touched int;
  addresses text[] := kith.addresses_of(erase_rows.user_id);
begin
  if not users.is_due_for_erasure(erase_rows.user_id, at) then
    raise exception 'person % is not to be erased', erase_rows.user_id using errcode = 'check_violation', constraint = 'erasure_is_due';
  end if;
  select s.* into strict part from kith.personal_rows s where s.step = erase_rows.step;
  key := kith.key_of(part.relation);
  chosen := format('select %s from %s r where %s order by %s limit %s', key, part.relation::regclass, kith.condition_of(part.step), key, rows_max);
  if part.relation = 'users.follows' then
    -- What goes down with a follow are the counts of both. Whoever follows holds the follow first, and then people by their ids: so is it done here.
    execute chosen || ' for update' using erase_rows.user_id, hashes, addresses;
    execute format('select from users.people p where p.id in (select unnest(array[follower_id, followed_id]) from users.follows where (%s) in (%s)) order by p.id for no key update', key, chosen)
      using erase_rows.user_id, hashes, addresses;
  end if;
  case part.fate
    when 'ERASED' then
      execute format('delete from %s where (%s) in (%s)', part.relation::regclass, key, chosen) using erase_rows.user_id, hashes, addresses;
      get diagnostics touched = row_count;
    when 'ANONYMISED' then
      execute format('update %s r set %s where (%s) in (%s)', part.relation::regclass, (kith.neutral_of(part.step)).assignments, key, chosen)
        using erase_rows.user_id, hashes, addresses, at;
      get diagnostics touched = row_count;
    else
      execute format('select count(*) from %s r where %s', part.relation::regclass, part.rows_of) into touched using erase_rows.user_id, hashes, addresses;
  end case;
  return touched;
end
$$;

-- Port within users: the steps of an erasure, in their order.
create function kith.erasure_steps() returns table (step text, relation text, fate text)
  language sql stable security definer set search_path = '' as $$
  select s.step, s.relation, s.fate from kith.personal_rows s order by s.place
$$;

-- Port within users: who is to be erased and is not yet, the one deleted first in front.
create function users.due_for_erasure(at timestamptz, rows_max int) returns table (user_id uuid, email_canonical text, username_canonical text)
  language sql stable security definer set search_path = '' as $$
  select p.id, p.email_canonical, p.username_canonical
  from users.deletions d join users.people p on p.id = d.user_id
  where d.erased_at is null and d.deleted_at < at - interval '30 days' and users.is_due_for_erasure(d.user_id, at)
  order by d.deleted_at limit rows_max
$$;

-- Port within users: begins the erasure of somebody, or finds how far it has come. No row for whoever is not to be erased.
create function users.begin_erasure(user_id uuid, at timestamptz)
  returns table (started_at timestamptz, counts jsonb, steps_done text[], finished boolean, email_canonical text, username_canonical text)
  language plpgsql security definer set search_path = '' rows 1 as $$
begin
  -- Held, so that whoever puts the account back at this moment does so before or not at all.
  perform from users.people p where p.id = begin_erasure.user_id for update;
  if not users.is_due_for_erasure(begin_erasure.user_id, at) then
    return;
  end if;
  insert into users.erasures (user_id, started_at) values (begin_erasure.user_id, at) on conflict do nothing;
  return query
    select e.started_at, e.counts, e.steps_done, e.finished_at is not null, p.email_canonical, p.username_canonical
    from users.erasures e join users.people p on p.id = e.user_id
    where e.user_id = begin_erasure.user_id;
end
$$;

-- Port within users: takes so many rows of a step, together with the note of it. Says how many, and whether the step is done. Whoever takes the same
-- step at the same time waits here, and finds it done or goes on with it.
create function users.erase_some(user_id uuid, step text, at timestamptz, rows_max int, hashes bytea[], out erased int, out done boolean)
  language plpgsql security definer set search_path = '' as $$
declare
  progress users.erasures;
  fate text;
begin
  select e.* into strict progress from users.erasures e where e.user_id = erase_some.user_id for update;
  if erase_some.step = any (progress.steps_done) then
    erased := 0;
    done := true;
    return;
  end if;
  select s.fate into strict fate from kith.personal_rows s where s.step = erase_some.step;
  erased := kith.erase_rows(erase_some.user_id, erase_some.step, at, rows_max, hashes);
  done := fate = 'KEPT' or erased < rows_max;
  update users.erasures e
  set counts = e.counts || jsonb_build_object(erase_some.step, coalesce((e.counts ->> erase_some.step)::int, 0) + erased),
      steps_done = case when done then e.steps_done || erase_some.step else e.steps_done end
  where e.user_id = erase_some.user_id;
end
$$;

-- Port within users: what an erasure came to, once all its steps are done.
create function users.erased_rows(user_id uuid) returns table (relation text, fate text, row_count bigint)
  language sql stable security definer set search_path = '' as $$
  select s.relation, s.fate, sum((e.counts ->> s.step)::int)::bigint
  from users.erasures e join kith.personal_rows s on e.counts ? s.step
  where e.user_id = erased_rows.user_id
  group by 1, 2
  having sum((e.counts ->> s.step)::int) > 0
  order by 1, 2
$$;

-- Port within users: ends an erasure all of whose steps are done. True to the one caller who does.
create function users.finish_erasure(user_id uuid, signed text, at timestamptz) returns boolean
  language plpgsql security definer set search_path = '' as $$
begin
  update users.erasures e set finished_at = at, signed = finish_erasure.signed
  where e.user_id = finish_erasure.user_id and e.finished_at is null
    and not exists (select from kith.personal_rows s where s.step <> all (e.steps_done));
  if found then
    update users.deletions d set erased_at = at where d.user_id = finish_erasure.user_id;
    return true;
  end if;
  return false;
end
$$;

-- For every reader: what an erasure came to, for administrators of the platform.
create function users.erasure_reports(user_ids uuid[]) returns table (user_id uuid, started_at timestamptz, finished_at timestamptz, signed text, relations jsonb)
  language sql stable security definer set search_path = '' as $$
  select e.user_id, e.started_at, e.finished_at, e.signed,
         (select coalesce(jsonb_agg(jsonb_build_object('relation', r.relation, 'rows', r.row_count, 'fate', r.fate) order by r.relation, r.fate), '[]') from users.erased_rows(e.user_id) r)
  from users.erasures e
  where e.user_id = any (user_ids) and e.finished_at is not null
    and exists (select from users.people p where p.id = kith.current_user_id() and p.platform_administrator and p.status = 'ACTIVE')
$$;

-- Port within users: everything that is kept about whoever the transaction speaks for, a row at a time. Of no column that holds a secret.
create function kith.export_person() returns table (relation text, content json)
  language plpgsql stable security definer set search_path = '' as $$
declare
  part kith.personal_rows;
  told text;
  person uuid := kith.current_user_id();
  addresses text[] := kith.addresses_of(kith.current_user_id());
begin
  for part in select * from kith.personal_rows s where s.exported order by s.relation, s.place loop
    -- Points and what else is exact are text, as in the graph: a number of JSON is not exact in most readers.
    select string_agg(format(case when a.atttypid in ('numeric'::regtype, 'int8'::regtype) then '%L, r.%I::text' else '%L, r.%I' end, c.column_name, c.column_name), ', ' order by a.attnum) into told
    from kith.classified_columns c
    join pg_catalog.pg_attribute a on a.attrelid = c.relation::regclass and a.attname = c.column_name
    where c.relation = part.relation and c.class in ('PERSON', 'PERSONAL', 'FACT') and (c.steps is null or part.step = any (c.steps));
    return query execute format('select %L::text, json_build_object(%s) from %s r where %s order by %s', part.relation, told, part.relation::regclass, part.rows_of, kith.key_of(part.relation))
      using person, '{}'::bytea[], addresses;
  end loop;
end
$$;

-- Port within users: takes out the documents whose time is over, so many at a time, and says how many they were.
create function users.expire_data_exports(at timestamptz, rows_max int) returns int
  language plpgsql security definer set search_path = '' as $$
declare
  expired int;
begin
  update users.data_exports d set state = 'EXPIRED', document = null
  where d.id in (select o.id from users.data_exports o where o.state = 'READY' and o.expires_at <= at order by o.expires_at limit rows_max for update skip locked);
  get diagnostics expired = row_count;
  return expired;
end
$$;

-- Port within users: for how long what is kept, of all that deleting rows is enough for.
create function kith.retention() returns table (kind text, keep_days int, updated_at timestamptz)
  language sql stable security definer set search_path = '' as $$
  select p.kind, p.keep_days, p.updated_at from kith.retention_policies p where p.rows_of is not null order by p.kind
$$;

-- Port within users: how many rows of a kind are too old.
create function kith.count_too_old(kind text, at timestamptz) returns bigint
  language plpgsql stable security definer set search_path = '' as $$
declare
  policy kith.retention_policies;
  rows_found bigint;
begin
  select p.* into strict policy from kith.retention_policies p where p.kind = count_too_old.kind;
  execute format('select count(*) from %s r where %s', policy.relation::regclass, policy.rows_of) into rows_found using at - make_interval(days => policy.keep_days);
  return rows_found;
end
$$;

-- Port within users: removes so many rows of a kind that are too old, and says how many they were.
create function kith.remove_too_old(kind text, at timestamptz, rows_max int) returns int
  language plpgsql security definer set search_path = '' as $$
declare
  policy kith.retention_policies;
  key text;
  removed int;
begin
  select p.* into strict policy from kith.retention_policies p where p.kind = remove_too_old.kind;
  key := kith.key_of(policy.relation);
  execute format('delete from %s where (%s) in (select %s from %s r where %s limit %s)', policy.relation::regclass, key, key, policy.relation::regclass, policy.rows_of, rows_max)
    using at - make_interval(days => policy.keep_days);
  get diagnostics removed = row_count;
  return removed;
end
$$;

-- Port within tenants: for how long audit logs are kept.
create function tenants.audit_retention() returns int
  language sql stable security definer set search_path = '' as $$
  select p.keep_days from kith.retention_policies p where p.kind = 'audit_entries'
$$;

-- Port within tenants: which audit logs begin with entries from before a moment, of all tenants behind one, in their order, and with how many: up to
-- the first that is younger. What is older behind that stays, for a chain is only ever taken out from its beginning.
create function tenants.old_audit(before timestamptz, after uuid, rows_max int) returns table (tenant_id uuid, entries bigint)
  language sql stable security definer set search_path = '' as $$
  select h.tenant_id, c.entries
  from tenants.audit_heads h
  cross join lateral (select e.occurred_at from tenants.audit_entries e where e.tenant_id = h.tenant_id and e.seq is not null order by e.seq limit 1) first
  left join lateral (select e.seq from tenants.audit_entries e
                     where e.tenant_id = h.tenant_id and e.seq is not null and e.occurred_at >= old_audit.before order by e.seq limit 1) younger on true
  cross join lateral (select count(*) as entries from tenants.audit_entries e
                      where e.tenant_id = h.tenant_id and e.seq is not null and (younger.seq is null or e.seq < younger.seq)) c
  where first.occurred_at < old_audit.before and (old_audit.after is null or h.tenant_id > old_audit.after)
  order by h.tenant_id
  limit old_audit.rows_max
$$;

set local role kith_keeper;
create or replace function users.repeat_registration(email_canonical text, username_canonical text, at timestamptz) returns uuid
  language plpgsql security definer set search_path = '' as $$
declare
  owner_id uuid;
begin
  select p.id into owner_id from users.people p where p.email_canonical = repeat_registration.email_canonical;
  insert into users.username_history (username_canonical, user_id, given_up_at, reserved_until, worn)
  values (repeat_registration.username_canonical, owner_id, at, at + interval '30 days', false)
  on conflict do nothing;
  return owner_id;
end
$$;
reset role;

revoke execute on function users.decides_about(uuid), users.hold_account(uuid), tenants.left_without_administrator(uuid), users.delete_account(uuid, text, timestamptz),
  users.restore_account(uuid, bytea, timestamptz), users.deletions_of(uuid[]), users.is_due_for_erasure(uuid, timestamptz), kith.addresses_of(uuid), kith.neutral_of(text),
  kith.condition_of(text), kith.key_of(text), kith.count_rows(uuid, timestamptz, bytea[]), kith.deletion_impacts(jsonb),
  kith.erase_rows(uuid, text, timestamptz, int, bytea[]), kith.erasure_steps(), users.due_for_erasure(timestamptz, int), users.begin_erasure(uuid, timestamptz),
  users.erase_some(uuid, text, timestamptz, int, bytea[]), users.erased_rows(uuid), users.finish_erasure(uuid, text, timestamptz), users.erasure_reports(uuid[]),
  kith.export_person(), users.expire_data_exports(timestamptz, int), kith.retention(), kith.count_too_old(text, timestamptz), kith.remove_too_old(text, timestamptz, int),
  tenants.audit_retention(), tenants.old_audit(timestamptz, uuid, int) from public;
grant execute on function users.hold_account(uuid), tenants.left_without_administrator(uuid), users.delete_account(uuid, text, timestamptz),
  users.restore_account(uuid, bytea, timestamptz), kith.count_rows(uuid, timestamptz, bytea[]), kith.erasure_steps(), users.due_for_erasure(timestamptz, int),
  users.begin_erasure(uuid, timestamptz), users.erase_some(uuid, text, timestamptz, int, bytea[]), users.erased_rows(uuid), users.finish_erasure(uuid, text, timestamptz),
  kith.export_person(), users.expire_data_exports(timestamptz, int), kith.retention(), kith.count_too_old(text, timestamptz), kith.remove_too_old(text, timestamptz, int)
  to kith_users;
grant execute on function tenants.audit_retention(), tenants.old_audit(timestamptz, uuid, int) to kith_tenants;
grant execute on function users.deletions_of(uuid[]), kith.deletion_impacts(jsonb), users.erasure_reports(uuid[]) to kith_reader, kith_users;

-- Last, when every grant is made: once the keeper owns them, an owner of the database who is no superuser can grant nothing on them.
alter function users.check_status_change() owner to kith_keeper;
alter function users.decides_about(uuid) owner to kith_keeper;
alter function users.hold_account(uuid) owner to kith_keeper;
alter function tenants.left_without_administrator(uuid) owner to kith_keeper;
alter function users.delete_account(uuid, text, timestamptz) owner to kith_keeper;
alter function users.restore_account(uuid, bytea, timestamptz) owner to kith_keeper;
alter function users.deletions_of(uuid[]) owner to kith_keeper;
alter function users.is_due_for_erasure(uuid, timestamptz) owner to kith_keeper;
alter function kith.addresses_of(uuid) owner to kith_keeper;
alter function kith.neutral_of(text) owner to kith_keeper;
alter function kith.condition_of(text) owner to kith_keeper;
alter function kith.key_of(text) owner to kith_keeper;
alter function kith.count_rows(uuid, timestamptz, bytea[]) owner to kith_keeper;
alter function kith.deletion_impacts(jsonb) owner to kith_keeper;
alter function kith.erase_rows(uuid, text, timestamptz, int, bytea[]) owner to kith_keeper;
alter function kith.erasure_steps() owner to kith_keeper;
alter function users.due_for_erasure(timestamptz, int) owner to kith_keeper;
alter function users.begin_erasure(uuid, timestamptz) owner to kith_keeper;
alter function users.erase_some(uuid, text, timestamptz, int, bytea[]) owner to kith_keeper;
alter function users.erased_rows(uuid) owner to kith_keeper;
alter function users.finish_erasure(uuid, text, timestamptz) owner to kith_keeper;
alter function users.erasure_reports(uuid[]) owner to kith_keeper;
alter function kith.export_person() owner to kith_keeper;
alter function users.expire_data_exports(timestamptz, int) owner to kith_keeper;
alter function kith.retention() owner to kith_keeper;
alter function kith.count_too_old(text, timestamptz) owner to kith_keeper;
alter function kith.remove_too_old(text, timestamptz, int) owner to kith_keeper;
alter function tenants.audit_retention() owner to kith_keeper;
alter function tenants.old_audit(timestamptz, uuid, int) owner to kith_keeper;
