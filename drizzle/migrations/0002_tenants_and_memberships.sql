-- The tenants schema: tenants, who belongs to them, their rules, and the audit log.

create type tenants.tenant_status as enum ('ACTIVE', 'SUSPENDED');

create table tenants.tenants (
  id uuid primary key,
  name text not null check (char_length(name) between 1 and 100),
  slug text not null constraint tenants_slug_taken unique check (slug ~ '^[a-z0-9]([a-z0-9-]{0,48}[a-z0-9])?$'),
  status tenants.tenant_status not null default 'ACTIVE',
  version int not null default 1 check (version >= 1),
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null
);

create table tenants.memberships (
  id uuid primary key,
  tenant_id uuid not null references tenants.tenants (id),
  user_id uuid not null,
  role kith.role not null,
  joined_at timestamptz(3) not null,
  constraint memberships_once unique (user_id, tenant_id)
);
create index memberships_of_tenant on tenants.memberships (tenant_id, joined_at, id);
create index memberships_of_person on tenants.memberships (user_id, joined_at, id);

create table tenants.settings (
  tenant_id uuid primary key references tenants.tenants (id),
  settings jsonb not null default '{}' check (jsonb_typeof(settings) = 'object'),
  version int not null default 1 check (version >= 1),
  updated_at timestamptz(3) not null
);
create index settings_content on tenants.settings using gin (settings);

create table tenants.audit_entries (
  id uuid not null,
  tenant_id uuid not null,
  occurred_at timestamptz(3) not null,
  actor_id uuid,
  impersonator_id uuid,
  action text not null check (char_length(action) between 1 and 100),
  target_type text not null check (char_length(target_type) between 1 and 100),
  target_id text not null check (char_length(target_id) between 1 and 100),
  before jsonb,
  after jsonb,
  ip_address inet,
  user_agent text check (char_length(user_agent) <= 500),
  request_id text not null check (char_length(request_id) between 1 and 100),
  primary key (id, occurred_at)
) partition by range (occurred_at);
create index audit_entries_of_tenant on tenants.audit_entries (tenant_id, occurred_at desc, id);
insert into kith.monthly_logs values ('tenants.audit_entries');

alter table tenants.tenants enable row level security;
alter table tenants.tenants force row level security;
alter table tenants.memberships enable row level security;
alter table tenants.memberships force row level security;
alter table tenants.settings enable row level security;
alter table tenants.settings force row level security;
alter table tenants.audit_entries enable row level security;
alter table tenants.audit_entries force row level security;

create policy keeper on tenants.tenants to kith_keeper using (true) with check (true);
create policy keeper on tenants.memberships to kith_keeper using (true) with check (true);
create policy keeper on tenants.settings to kith_keeper using (true) with check (true);
create policy keeper on tenants.audit_entries to kith_keeper using (true) with check (true);

create policy active_tenant on tenants.tenants to kith_reader, kith_tenants
  using (id = (select kith.current_tenant_id())) with check (id = (select kith.current_tenant_id()));
create policy active_tenant on tenants.memberships to kith_reader, kith_tenants
  using (tenant_id = (select kith.current_tenant_id())) with check (tenant_id = (select kith.current_tenant_id()));
create policy active_tenant on tenants.settings to kith_reader, kith_tenants
  using (tenant_id = (select kith.current_tenant_id())) with check (tenant_id = (select kith.current_tenant_id()));
create policy active_tenant on tenants.audit_entries to kith_reader, kith_tenants
  using (tenant_id = (select kith.current_tenant_id())) with check (tenant_id = (select kith.current_tenant_id()));

grant select on tenants.tenants, tenants.memberships, tenants.settings to kith_reader, kith_tenants;
grant select on tenants.audit_entries to kith_tenants;
grant insert on tenants.audit_entries to kith_tenants;
grant select, insert, update, delete on tenants.tenants, tenants.memberships, tenants.settings to kith_keeper;
grant select, insert on tenants.audit_entries to kith_keeper;

-- What one sees of oneself in other tenants goes through views of its own, so that every policy above stays one equality.
-- A membership brings its tenant along: seen from elsewhere the one is of no use without the other.
create view tenants.own_memberships with (security_barrier) as
  select m.id, m.tenant_id, m.user_id, m.role, m.joined_at,
         t.name as tenant_name, t.slug as tenant_slug, t.status as tenant_status, t.created_at as tenant_created_at
  from tenants.memberships m
  join tenants.tenants t on t.id = m.tenant_id
  where m.user_id = (select kith.current_user_id());
grant select on tenants.own_memberships to kith_reader, kith_tenants;

create function tenants.follow_membership_into_directory() returns trigger
  language plpgsql security definer set search_path = '' as $$
begin
  if tg_op = 'DELETE' then
    perform users.directory_remove(old.tenant_id, old.user_id);
  else
    perform users.directory_put(new.tenant_id, new.user_id, new.role, new.joined_at);
  end if;
  return null;
end
$$;
create trigger directory after insert or update or delete on tenants.memberships
  for each row execute function tenants.follow_membership_into_directory();

-- Port for sessions: where a person may act after signing in, the tenant joined first in front. Suspended tenants are left out.
create function tenants.sign_in_memberships(user_id uuid)
  returns table (tenant_id uuid, slug text, role kith.role)
  language sql stable security definer set search_path = '' as $$
  select m.tenant_id, t.slug, m.role
  from tenants.memberships m
  join tenants.tenants t on t.id = m.tenant_id
  where m.user_id = sign_in_memberships.user_id and t.status = 'ACTIVE'
  order by m.joined_at, m.id
$$;

revoke execute on all functions in schema tenants from public;
grant usage on schema tenants to kith_sessions;
grant execute on function tenants.sign_in_memberships(uuid) to kith_sessions;

-- Last, when every grant is made: once the keeper owns them, an owner of the database who is no superuser can grant nothing on them.
alter view tenants.own_memberships owner to kith_keeper;
alter function tenants.follow_membership_into_directory() owner to kith_keeper;
alter function tenants.sign_in_memberships(uuid) owner to kith_keeper;
