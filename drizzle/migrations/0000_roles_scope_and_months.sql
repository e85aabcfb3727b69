-- The ground under the four schemas: who connects, what a statement may see, and how logs are cut by month.

create extension if not exists pg_trgm;

-- Roles belong to the whole server, so another database of it may have made them already.
-- They get their passwords and the right to log in from the migrate command, never from a file under version control.
do $$
declare
  role_name text;
begin
  foreach role_name in array array['kith_users', 'kith_tenants', 'kith_sessions', 'kith_gamification', 'kith_reader', 'kith_keeper'] loop
    begin
      execute format('create role %I nologin noinherit nosuperuser nobypassrls nocreatedb nocreaterole', role_name);
    exception when duplicate_object or unique_violation then
      null;
    end;
  end loop;
end
$$;

-- kith_keeper owns the ports (views and functions one schema publishes to another) and keeps projections in step.
-- Nobody logs in as it, and no role that serves requests is a member of it.
grant kith_keeper to current_user with inherit false, set true;

create schema kith;
create schema users;
create schema tenants;
create schema sessions;
create schema gamification;

grant usage on schema kith to kith_users, kith_tenants, kith_sessions, kith_gamification, kith_reader, kith_keeper;
grant usage on schema users to kith_users, kith_reader, kith_keeper;
grant usage on schema tenants to kith_tenants, kith_reader, kith_keeper;
grant usage on schema sessions to kith_sessions, kith_reader, kith_keeper;
grant usage on schema gamification to kith_gamification, kith_reader, kith_keeper;
-- To own a view or function a role must be allowed to create in its schema.
grant create on schema users, tenants, sessions, gamification to kith_keeper;

-- The scope of a transaction. After commit a setting reads '' rather than null, hence nullif.
create function kith.current_tenant_id() returns uuid
  language sql stable parallel safe
  return nullif(current_setting('kith.tenant_id', true), '')::uuid;

create function kith.current_user_id() returns uuid
  language sql stable parallel safe
  return nullif(current_setting('kith.user_id', true), '')::uuid;

-- The order is the order of power: comparisons such as role >= 'MODERATOR' rely on it.
create type kith.role as enum ('GUEST', 'USER', 'CREATOR', 'VERIFIED_CREATOR', 'MODERATOR', 'ADMIN', 'SYSTEM');

-- Append-only logs are cut by month, so that old months are dropped, not deleted row by row.
create table kith.monthly_logs (
  log regclass primary key
);

create function kith.make_months_ahead(months_ahead int) returns int
  language plpgsql as $$
declare
  log regclass;
  month date;
  partition_name text;
  schema_name text;
  table_name text;
  made int := 0;
begin
  for log, schema_name, table_name in
    select m.log, n.nspname, c.relname
    from kith.monthly_logs m
    join pg_class c on c.oid = m.log
    join pg_namespace n on n.oid = c.relnamespace
  loop
    -- One month back as well: a clock that runs behind must not lose a row.
    for month in
      select generate_series(date_trunc('month', now() at time zone 'utc') - interval '1 month',
                             date_trunc('month', now() at time zone 'utc') + make_interval(months => months_ahead),
                             interval '1 month')::date
    loop
      partition_name := format('%s_%s', table_name, to_char(month, 'YYYY_MM'));
      if to_regclass(format('%I.%I', schema_name, partition_name)) is null then
        execute format('create table %I.%I partition of %s for values from (%L) to (%L)',
          schema_name, partition_name, log,
          to_char(month, 'YYYY-MM-DD') || ' 00:00:00+00',
          to_char(month + interval '1 month', 'YYYY-MM-DD') || ' 00:00:00+00');
        -- Asked for by name a partition would skip its parent's policies: nobody is granted it, and it has none.
        execute format('alter table %I.%I enable row level security', schema_name, partition_name);
        execute format('alter table %I.%I force row level security', schema_name, partition_name);
        made := made + 1;
      end if;
    end loop;
  end loop;
  return made;
end
$$;
revoke execute on function kith.make_months_ahead(int) from public;
