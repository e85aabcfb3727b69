-- The gamification schema: what a person is and has inside one tenant. Every table is tenant-scoped.

create type gamification.currency as enum ('SPARKLE', 'PREMIUM');
create type gamification.account_kind as enum ('WALLET', 'MINT', 'STORE', 'ESCROW', 'SINK');
create type gamification.achievement_rarity as enum ('COMMON', 'UNCOMMON', 'RARE', 'EPIC', 'LEGENDARY');

create table gamification.players (
  id uuid primary key,
  tenant_id uuid not null,
  user_id uuid not null,
  experience int not null default 0 check (experience >= 0),
  created_at timestamptz(3) not null,
  constraint players_once unique (tenant_id, user_id),
  -- For foreign keys that carry the tenant along: nothing of one tenant can point into another.
  constraint players_in_tenant unique (id, tenant_id)
);

create table gamification.experience_entries (
  id uuid not null,
  tenant_id uuid not null,
  player_id uuid not null,
  amount int not null check (amount > 0),
  source text not null check (char_length(source) between 1 and 100),
  occurred_at timestamptz(3) not null,
  primary key (id, occurred_at),
  foreign key (player_id, tenant_id) references gamification.players (id, tenant_id)
) partition by range (occurred_at);
create index experience_entries_of_player on gamification.experience_entries (player_id, occurred_at desc, id);
insert into kith.monthly_logs values ('gamification.experience_entries');

-- The total follows the log inside the same statement; nobody is granted to write it otherwise.
create function gamification.add_experience() returns trigger
  language plpgsql security definer set search_path = '' as $$
begin
  update gamification.players set experience = experience + new.amount where id = new.player_id;
  return null;
end
$$;
create trigger total after insert on gamification.experience_entries
  for each row execute function gamification.add_experience();

-- Double entry. A transfer's entries sum to zero per currency; a balance changes only by an entry.
create table gamification.accounts (
  id uuid primary key,
  tenant_id uuid not null,
  -- The owner of a wallet or escrow; null for the tenant's own accounts.
  player_id uuid,
  kind gamification.account_kind not null,
  currency gamification.currency not null,
  balance numeric(19, 4) not null default 0,
  constraint accounts_one_of_each unique nulls not distinct (tenant_id, player_id, kind, currency),
  constraint accounts_in_tenant unique (id, tenant_id, currency),
  constraint accounts_owner check ((kind in ('WALLET', 'ESCROW')) = (player_id is not null)),
  -- Points come from the mint, which therefore goes below zero; nothing else may.
  constraint accounts_enough check (balance >= 0 or kind = 'MINT'),
  foreign key (player_id, tenant_id) references gamification.players (id, tenant_id)
);
create index accounts_of_player on gamification.accounts (player_id, kind, currency);

create table gamification.transfers (
  id uuid primary key,
  tenant_id uuid not null,
  idempotency_key text not null check (char_length(idempotency_key) between 1 and 200),
  -- SHA-256 of the request: the same key with another request is refused.
  request_hash bytea not null check (octet_length(request_hash) = 32),
  cause text not null check (char_length(cause) between 1 and 100),
  actor_id uuid,
  occurred_at timestamptz(3) not null,
  constraint transfers_once unique (tenant_id, idempotency_key),
  constraint transfers_in_tenant unique (id, tenant_id)
);

create table gamification.entries (
  transfer_id uuid not null,
  account_id uuid not null,
  tenant_id uuid not null,
  currency gamification.currency not null,
  amount numeric(19, 4) not null check (amount <> 0),
  primary key (transfer_id, account_id),
  foreign key (transfer_id, tenant_id) references gamification.transfers (id, tenant_id),
  foreign key (account_id, tenant_id, currency) references gamification.accounts (id, tenant_id, currency)
);
create index entries_of_account on gamification.entries (account_id, transfer_id);

create function gamification.move_balance() returns trigger
  language plpgsql security definer set search_path = '' as $$
begin
  update gamification.accounts set balance = balance + new.amount where id = new.account_id;
  return null;
end
$$;
create trigger balance after insert on gamification.entries
  for each row execute function gamification.move_balance();

create function gamification.require_zero_sum() returns trigger
  language plpgsql security definer set search_path = '' as $$
begin
  if exists (select from gamification.entries e where e.transfer_id = new.transfer_id group by e.currency having sum(e.amount) <> 0) then
    raise exception 'transfer % does not sum to zero', new.transfer_id using errcode = 'check_violation', constraint = 'entries_sum_to_zero';
  end if;
  return null;
end
$$;
create constraint trigger zero_sum after insert on gamification.entries
  deferrable initially deferred for each row execute function gamification.require_zero_sum();

create table gamification.achievements (
  id uuid primary key,
  tenant_id uuid not null,
  name text not null check (char_length(name) between 1 and 100),
  description text not null check (char_length(description) between 1 and 500),
  rarity gamification.achievement_rarity not null,
  created_at timestamptz(3) not null,
  constraint achievements_name_taken unique (tenant_id, name),
  constraint achievements_in_tenant unique (id, tenant_id)
);

create table gamification.player_achievements (
  player_id uuid not null,
  achievement_id uuid not null,
  tenant_id uuid not null,
  unlocked_at timestamptz(3) not null,
  constraint player_achievements_once primary key (player_id, achievement_id),
  foreign key (player_id, tenant_id) references gamification.players (id, tenant_id),
  foreign key (achievement_id, tenant_id) references gamification.achievements (id, tenant_id)
);
create index player_achievements_latest on gamification.player_achievements (player_id, unlocked_at desc, achievement_id desc);

do $$
declare
  name text;
begin
  foreach name in array array['players', 'experience_entries', 'accounts', 'transfers', 'entries', 'achievements', 'player_achievements'] loop
    execute format('alter table gamification.%I enable row level security', name);
    execute format('alter table gamification.%I force row level security', name);
    execute format('create policy keeper on gamification.%I to kith_keeper using (true) with check (true)', name);
    execute format('create policy active_tenant on gamification.%I to kith_reader, kith_gamification
      using (tenant_id = (select kith.current_tenant_id())) with check (tenant_id = (select kith.current_tenant_id()))', name);
    execute format('grant select on gamification.%I to kith_reader, kith_gamification, kith_keeper', name);
    execute format('grant insert on gamification.%I to kith_keeper', name);
  end loop;
end
$$;
grant update (experience) on gamification.players to kith_keeper;
grant update (balance) on gamification.accounts to kith_keeper;

grant insert (id, tenant_id, user_id, created_at) on gamification.players to kith_gamification;
grant insert on gamification.experience_entries, gamification.transfers, gamification.entries, gamification.achievements, gamification.player_achievements to kith_gamification;
grant insert (id, tenant_id, player_id, kind, currency) on gamification.accounts to kith_gamification;
revoke execute on all functions in schema gamification from public;

-- Last, when every grant is made: once the keeper owns them, an owner of the database who is no superuser can grant nothing on them.
alter function gamification.add_experience() owner to kith_keeper;
alter function gamification.move_balance() owner to kith_keeper;
alter function gamification.require_zero_sum() owner to kith_keeper;
-- A new month gets its own copy of the trigger, for which whoever makes it (the owner of the database) must be allowed to run its function.
set local role kith_keeper;
grant execute on function gamification.add_experience() to session_user;
reset role;
