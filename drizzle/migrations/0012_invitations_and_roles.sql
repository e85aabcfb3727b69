-- Roles are changed, people leave and are removed, others are invited; and every tenant keeps an administrator.

-- A place in a tenant that was offered by mail. Open until it is accepted or withdrawn; that its time is over is told by the clock.
create table tenants.invitations (
  id uuid primary key,
  tenant_id uuid not null references tenants.tenants (id),
  email text not null check (char_length(email) between 3 and 255),
  email_canonical text not null,
  role kith.role not null constraint invitations_role_assignable check (role <> 'SYSTEM'),
  -- Of the token in the latest mail. Null until that mail is written, and again when it is of no more use.
  token_hash bytea constraint invitations_token unique check (octet_length(token_hash) = 32),
  invited_by uuid not null,
  message text check (char_length(message) between 1 and 500),
  created_at timestamptz(3) not null,
  sent_at timestamptz(3) not null,
  sent_count int not null default 1 check (sent_count >= 1),
  expires_at timestamptz(3) not null,
  accepted_at timestamptz(3),
  accepted_by uuid,
  revoked_at timestamptz(3),
  revoked_by uuid,
  constraint invitations_closed_once check (accepted_at is null or revoked_at is null),
  constraint invitations_closed_without_token check (num_nulls(accepted_at, revoked_at) = 2 or token_hash is null)
);
create unique index invitations_one_open on tenants.invitations (tenant_id, email_canonical) where accepted_at is null and revoked_at is null;
create index invitations_of_tenant on tenants.invitations (tenant_id, created_at, id);
create index invitations_by_inviter on tenants.invitations (tenant_id, invited_by, created_at, id);
create index invitations_to_address on tenants.invitations (email_canonical, created_at, id) where accepted_at is null and revoked_at is null;

-- When invitations were asked for, in a tenant altogether and for each address, the latter as its SHA-256: as far back as limits look.
create table tenants.invitation_requests (
  tenant_id uuid not null references tenants.tenants (id),
  subject text not null check (subject = 'tenant' or subject ~ '^[0-9a-f]{64}$'),
  requested_at timestamptz(3)[] not null check (cardinality(requested_at) between 1 and 50),
  latest_at timestamptz(3) not null,
  primary key (tenant_id, subject)
);
create index invitation_requests_by_subject on tenants.invitation_requests (subject) where subject <> 'tenant';
create index invitation_requests_latest on tenants.invitation_requests (latest_at);

-- One invitation makes one membership.
alter table tenants.memberships add column invitation_id uuid references tenants.invitations (id) on delete set null;
create unique index memberships_by_invitation on tenants.memberships (invitation_id) where invitation_id is not null;
-- So that looking for another administrator does not go through all members.
create index memberships_of_administrators on tenants.memberships (tenant_id) where role = 'ADMIN';

-- How the roles of those who belong to a tenant changed. Goes with the membership.
create table tenants.role_changes (
  id uuid primary key,
  tenant_id uuid not null,
  membership_id uuid not null references tenants.memberships (id) on delete cascade,
  user_id uuid not null,
  from_role kith.role,
  to_role kith.role not null,
  changed_by uuid not null,
  changed_at timestamptz(3) not null,
  constraint role_changes_change check (from_role is distinct from to_role)
);
create index role_changes_of_membership on tenants.role_changes (membership_id, changed_at, id);

do $$
declare
  name text;
begin
  foreach name in array array['invitations', 'invitation_requests', 'role_changes'] loop
    execute format('alter table tenants.%I enable row level security', name);
    execute format('alter table tenants.%I force row level security', name);
    execute format('create policy keeper on tenants.%I to kith_keeper using (true) with check (true)', name);
    execute format('grant select, insert, update, delete on tenants.%I to kith_keeper', name);
  end loop;
end
$$;
create policy active_tenant on tenants.invitations to kith_reader, kith_tenants
  using (tenant_id = (select kith.current_tenant_id())) with check (tenant_id = (select kith.current_tenant_id()));
create policy active_tenant on tenants.invitation_requests to kith_tenants
  using (tenant_id = (select kith.current_tenant_id())) with check (tenant_id = (select kith.current_tenant_id()));
create policy active_tenant on tenants.role_changes to kith_reader, kith_tenants
  using (tenant_id = (select kith.current_tenant_id())) with check (tenant_id = (select kith.current_tenant_id()));

-- Neither the hash of a token nor what somebody wrote to somebody is for those who only read.
grant select (id, tenant_id, email, role, invited_by, created_at, sent_at, sent_count, expires_at, accepted_at, accepted_by, revoked_at) on tenants.invitations to kith_reader;
grant select on tenants.invitations to kith_tenants;
grant insert (id, tenant_id, email, email_canonical, role, invited_by, message, created_at, sent_at, expires_at) on tenants.invitations to kith_tenants;
grant update (email, role, token_hash, invited_by, message, sent_at, sent_count, expires_at, revoked_at, revoked_by) on tenants.invitations to kith_tenants;
grant select, insert, update on tenants.invitation_requests to kith_tenants;
grant select on tenants.role_changes to kith_reader, kith_tenants;
grant insert on tenants.role_changes to kith_tenants;
grant update (role), delete on tenants.memberships to kith_tenants;

-- Every tenant keeps an administrator, whoever takes away whom at the same time: the tenant's row is where they wait for each other, and
-- whoever comes second sees what the first has done. Deleted tenants need none, and deleted people are none.
create function tenants.keep_an_administrator() returns trigger
  language plpgsql security definer set search_path = '' as $$
begin
  if tg_op = 'UPDATE' and new.role = 'ADMIN' then
    return null;
  end if;
  perform from tenants.tenants t where t.id = old.tenant_id and t.deleted_at is null for no key update;
  if not found then
    return null;
  end if;
  if exists (select from tenants.memberships m join users.people p on p.id = m.user_id
             where m.tenant_id = old.tenant_id and m.role = 'ADMIN' and p.status <> 'DELETED') then
    return null;
  end if;
  if not exists (select from users.people p where p.id = old.user_id and p.status <> 'DELETED') then
    return null;
  end if;
  raise exception 'a tenant would be left without an administrator' using errcode = 'check_violation', constraint = 'memberships_last_admin';
end
$$;
create trigger keeps_an_administrator after update of role or delete on tenants.memberships
  for each row when (old.role = 'ADMIN') execute function tenants.keep_an_administrator();

-- Port within tenants: somebody's place in the active tenant, held with the person until the transaction ends. The person first, and with the
-- strongest lock at once: the directory needs that one, and whoever took the place first would wait in a circle with whoever follows them.
create function tenants.hold_member(user_id uuid) returns table (membership_id uuid, role kith.role)
  language plpgsql security definer set search_path = '' rows 1 as $$
begin
  if not exists (select from tenants.memberships m where m.tenant_id = kith.current_tenant_id() and m.user_id = hold_member.user_id) then
    return;
  end if;
  perform from users.people p where p.id = hold_member.user_id for update;
  return query
    select m.id, m.role from tenants.memberships m where m.tenant_id = kith.current_tenant_id() and m.user_id = hold_member.user_id for update;
end
$$;

-- Port within tenants: whether somebody of the active tenant goes by an address. Of anybody else it says nothing.
create function tenants.is_members_address(email_canonical text) returns boolean
  language sql stable security definer set search_path = '' as $$
  select exists (select from users.people p join tenants.memberships m on m.user_id = p.id
                 where p.email_canonical = is_members_address.email_canonical and m.tenant_id = kith.current_tenant_id())
$$;

-- Port within tenants: how many invitations were asked for to an address, in all tenants, after one moment and up to another.
create function tenants.invitation_requests_to(subject text, since timestamptz, until timestamptz) returns int
  language sql stable security definer set search_path = '' as $$
  select count(*)::int from tenants.invitation_requests r cross join unnest(r.requested_at) at
  where r.subject = invitation_requests_to.subject and r.subject <> 'tenant' and at > since and at <= until
$$;

-- Port within tenants: forgets, of all tenants and so many at a time, what no limit looks at any more, and says how much that was.
create function tenants.forget_invitation_requests(before timestamptz, rows_max int) returns int
  language plpgsql security definer set search_path = '' as $$
declare
  forgotten int;
begin
  delete from tenants.invitation_requests r where (r.tenant_id, r.subject) in (
    select o.tenant_id, o.subject from tenants.invitation_requests o where o.latest_at <= before order by o.latest_at limit rows_max for update skip locked);
  get diagnostics forgotten = row_count;
  return forgotten;
end
$$;

-- Port for whoever holds the token out of a mail: what it offers, if it can be accepted at this moment.
create function tenants.invitation_offer(token_hash bytea, at timestamptz)
  returns table (id uuid, tenant_id uuid, tenant_name text, tenant_slug text, branding jsonb, email text, email_canonical text, role kith.role, invited_by_name text, expires_at timestamptz)
  language sql stable security definer set search_path = '' rows 1 as $$
  select i.id, i.tenant_id, t.name, t.slug, s.settings -> 'branding', i.email, i.email_canonical, i.role, coalesce(f.display_name, p.username), i.expires_at
  from tenants.invitations i
  join tenants.tenants t on t.id = i.tenant_id and t.status = 'ACTIVE'
  left join tenants.settings s on s.tenant_id = t.id
  left join users.people p on p.id = i.invited_by and p.status = 'ACTIVE'
  left join users.profiles f on f.user_id = p.id
  where i.token_hash = invitation_offer.token_hash and i.accepted_at is null and i.revoked_at is null and i.expires_at > at
$$;

-- Port for every reader of tenants: the invitations to one's own proven address that can be accepted at this moment, whatever tenant they are of.
create function tenants.own_invitations(at timestamptz)
  returns table (user_id uuid, id uuid, tenant_name text, tenant_slug text, branding jsonb, email text, role kith.role, invited_by_name text, created_at timestamptz, expires_at timestamptz)
  language sql stable security definer set search_path = '' rows 10 as $$
  select me.id, i.id, t.name, t.slug, s.settings -> 'branding', i.email, i.role, coalesce(f.display_name, p.username), i.created_at, i.expires_at
  from users.people me
  join tenants.invitations i on i.email_canonical = me.email_canonical and i.accepted_at is null and i.revoked_at is null and i.expires_at > at
  join tenants.tenants t on t.id = i.tenant_id and t.status = 'ACTIVE'
  left join tenants.settings s on s.tenant_id = t.id
  left join users.people p on p.id = i.invited_by and p.status = 'ACTIVE'
  left join users.profiles f on f.user_id = p.id
  where me.id = kith.current_user_id() and me.email_verified_at is not null
    and not exists (select from tenants.memberships m where m.tenant_id = i.tenant_id and m.user_id = me.id)
$$;

-- How one's own roles changed, whatever tenant that was in.
create view tenants.own_role_changes with (security_barrier) as
  select c.id, c.tenant_id, c.membership_id, c.user_id, c.from_role, c.to_role, c.changed_by, c.changed_at
  from tenants.role_changes c
  where c.user_id = (select kith.current_user_id());
grant select on tenants.own_role_changes to kith_reader, kith_tenants;

-- Port for tenants and users: whoever the transaction speaks for accepts an invitation to their address, by the token out of the mail, or by its id
-- when their address is proven. All of it is done or none. What cannot be accepted answers alike, whatever the reason; that its time is over only
-- who it went to learns.
create function tenants.accept_invitation(membership_id uuid, token_hash bytea, invitation_id uuid, at timestamptz)
  returns table (accepted_id uuid, tenant_id uuid, role kith.role, invited_by uuid)
  language plpgsql security definer set search_path = '' rows 1 as $$
declare
  person users.people;
  offered tenants.invitations;
begin
  -- The person first, as everything does that changes where somebody belongs.
  select p.* into person from users.people p where p.id = kith.current_user_id() for update;
  select i.* into offered from tenants.invitations i
    where i.token_hash = accept_invitation.token_hash or i.id = accept_invitation.invitation_id
    for update;
  if person.id is null or offered.id is null or offered.accepted_at is not null or offered.revoked_at is not null
    or offered.email_canonical <> person.email_canonical
    or (accept_invitation.token_hash is null and person.email_verified_at is null)
    or not exists (select from tenants.tenants t where t.id = offered.tenant_id and t.status = 'ACTIVE')
  then
    raise exception 'the invitation cannot be accepted' using errcode = 'check_violation', constraint = 'invitations_acceptable';
  end if;
  if offered.expires_at <= at then
    raise exception 'the time of the invitation is over' using errcode = 'check_violation', constraint = 'invitations_expired';
  end if;
  insert into tenants.memberships (id, tenant_id, user_id, role, joined_at, invitation_id)
    values (accept_invitation.membership_id, offered.tenant_id, person.id, offered.role, at, offered.id);
  -- A membership begins with one change: that bears its id.
  insert into tenants.role_changes (id, tenant_id, membership_id, user_id, from_role, to_role, changed_by, changed_at)
    values (accept_invitation.membership_id, offered.tenant_id, accept_invitation.membership_id, person.id, null, offered.role, offered.invited_by, at);
  update tenants.invitations i set accepted_at = at, accepted_by = person.id, token_hash = null where i.id = offered.id;
  return query select offered.id, offered.tenant_id, offered.role, offered.invited_by;
end
$$;

revoke execute on function tenants.keep_an_administrator(), tenants.hold_member(uuid), tenants.is_members_address(text),
  tenants.invitation_requests_to(text, timestamptz, timestamptz), tenants.forget_invitation_requests(timestamptz, int),
  tenants.invitation_offer(bytea, timestamptz), tenants.own_invitations(timestamptz), tenants.accept_invitation(uuid, bytea, uuid, timestamptz) from public;
grant execute on function tenants.own_invitations(timestamptz) to kith_reader, kith_tenants;
grant execute on function tenants.hold_member(uuid), tenants.is_members_address(text),
  tenants.invitation_requests_to(text, timestamptz, timestamptz), tenants.forget_invitation_requests(timestamptz, int) to kith_tenants;
grant execute on function tenants.invitation_offer(bytea, timestamptz) to kith_reader, kith_tenants, kith_users;
grant execute on function tenants.accept_invitation(uuid, bytea, uuid, timestamptz) to kith_tenants, kith_users;

-- Last, when every grant is made: once the keeper owns them, an owner of the database who is no superuser can grant nothing on them.
alter view tenants.own_role_changes owner to kith_keeper;
alter function tenants.keep_an_administrator() owner to kith_keeper;
alter function tenants.hold_member(uuid) owner to kith_keeper;
alter function tenants.is_members_address(text) owner to kith_keeper;
alter function tenants.invitation_requests_to(text, timestamptz, timestamptz) owner to kith_keeper;
alter function tenants.forget_invitation_requests(timestamptz, int) owner to kith_keeper;
alter function tenants.own_invitations(timestamptz) owner to kith_keeper;
alter function tenants.invitation_offer(bytea, timestamptz) owner to kith_keeper;
alter function tenants.accept_invitation(uuid, bytea, uuid, timestamptz) owner to kith_keeper;
