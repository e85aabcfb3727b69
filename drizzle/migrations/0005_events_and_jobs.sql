-- What happened, and who has still to act on it. An event is written, and a job per consumer added, in the transaction of
-- the change itself: neither can be there without the other. The jobs' own tables belong to graphile_worker, whose
-- migrations run before these.

do $$
begin
  create role kith_worker nologin noinherit nosuperuser nobypassrls nocreatedb nocreaterole;
exception when duplicate_object or unique_violation then
  null;
end
$$;
grant usage on schema kith to kith_worker;
-- To own the port below a role must be allowed to create in its schema.
grant create on schema kith to kith_keeper;

create table kith.events (
  id uuid not null,
  name text not null check (name ~ '^[a-z_]+\.[a-z_]+$'),
  version int not null check (version >= 1),
  occurred_at timestamptz(3) not null,
  -- Whom and which tenant it is about; consumers act in this scope.
  user_id uuid,
  tenant_id uuid,
  payload jsonb not null check (jsonb_typeof(payload) = 'object'),
  request_id text not null check (char_length(request_id) between 1 and 100),
  primary key (id, occurred_at)
) partition by range (occurred_at);
create index events_of_person on kith.events (user_id, occurred_at);
insert into kith.monthly_logs values ('kith.events');

-- Which consumer has acted on which event, written in the transaction of its effect: a second delivery finds it and does nothing.
create table kith.handled_events (
  consumer text not null check (char_length(consumer) between 1 and 100),
  event_id uuid not null,
  handled_at timestamptz(3) not null default now(),
  primary key (consumer, event_id)
);

alter table kith.events enable row level security;
alter table kith.events force row level security;
alter table kith.handled_events enable row level security;
alter table kith.handled_events force row level security;
create policy keeper on kith.events to kith_keeper using (true) with check (true);
create policy keeper on kith.handled_events to kith_keeper using (true) with check (true);
grant select, insert on kith.events to kith_keeper;
grant select, insert on kith.handled_events to kith_keeper;

-- Port for every subgraph: announce an event to its consumers.
create function kith.announce(id uuid, name text, version int, occurred_at timestamptz, user_id uuid, tenant_id uuid, payload jsonb, request_id text, consumers text[]) returns void
  language plpgsql security definer set search_path = '' as $$
declare
  consumer text;
begin
  insert into kith.events values (announce.id, announce.name, announce.version, announce.occurred_at, announce.user_id, announce.tenant_id, announce.payload, announce.request_id);
  foreach consumer in array consumers loop
    perform graphile_worker.add_job(consumer, json_build_object('eventId', announce.id), max_attempts := 12);
  end loop;
end
$$;

-- Port for every subgraph: what a job is about.
create function kith.event_of_job(event_id uuid) returns setof kith.events
  language sql stable security definer set search_path = '' rows 1 as $$
  select e.* from kith.events e where e.id = event_of_job.event_id
$$;

-- Port for every subgraph: true the first time, and only then, that a consumer says it acts on an event.
create function kith.handle_once(consumer text, event_id uuid) returns boolean
  language plpgsql security definer set search_path = '' as $$
begin
  insert into kith.handled_events (consumer, event_id) values (handle_once.consumer, handle_once.event_id) on conflict do nothing;
  return found;
end
$$;

revoke execute on function kith.announce(uuid, text, int, timestamptz, uuid, uuid, jsonb, text, text[]), kith.event_of_job(uuid), kith.handle_once(text, uuid) from public;
grant execute on function kith.announce(uuid, text, int, timestamptz, uuid, uuid, jsonb, text, text[]), kith.event_of_job(uuid), kith.handle_once(text, uuid)
  to kith_users, kith_tenants, kith_sessions, kith_gamification;

-- graphile_worker's tables have row-level security without policies, for their owner alone. The worker role runs the jobs and the
-- keeper adds them; both get at every table of theirs. Called after graphile_worker's own migrations, which may add tables.
create function kith.open_jobs() returns void
  language plpgsql as $$
declare
  job_table record;
begin
  grant usage on schema graphile_worker to kith_worker, kith_keeper;
  grant execute on all functions in schema graphile_worker to kith_worker, kith_keeper;
  grant usage, select on all sequences in schema graphile_worker to kith_worker, kith_keeper;
  for job_table in
    select c.oid::regclass as name, c.oid as id, c.relrowsecurity as guarded
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = 'graphile_worker' and c.relkind in ('r', 'v')
  loop
    execute format('grant select, insert, update, delete on %s to kith_worker, kith_keeper', job_table.name);
    if job_table.guarded and not exists (select from pg_policy p where p.polrelid = job_table.id and p.polname = 'kith') then
      execute format('create policy kith on %s to kith_worker, kith_keeper using (true) with check (true)', job_table.name);
    end if;
  end loop;
end
$$;
revoke execute on function kith.open_jobs() from public;

-- Last, when every grant is made: once the keeper owns them, an owner of the database who is no superuser can grant nothing on them.
alter function kith.announce(uuid, text, int, timestamptz, uuid, uuid, jsonb, text, text[]) owner to kith_keeper;
alter function kith.event_of_job(uuid) owner to kith_keeper;
alter function kith.handle_once(text, uuid) owner to kith_keeper;
