-- What registering a person needs of the other schemas: a tenant to join, its audit log, and the wallets that are filled.

-- Port for users: what a tenant says about signing up. Suspended tenants are left out.
create function tenants.sign_up_rules(slug text) returns table (tenant_id uuid, sign_up text, hides_registered_people boolean)
  language sql stable security definer set search_path = '' rows 1 as $$
  select t.id, coalesce(s.settings ->> 'signUp', 'OPEN'), coalesce(s.settings -> 'hideRegisteredPeople' = 'true'::jsonb, false)
  from tenants.tenants t
  left join tenants.settings s on s.tenant_id = t.id
  where t.slug = sign_up_rules.slug and t.status = 'ACTIVE'
$$;

-- Port for users: whoever the transaction speaks for joins a tenant that is open at this moment, as a USER.
create function tenants.sign_up(id uuid, tenant_id uuid, at timestamptz) returns void
  language plpgsql security definer set search_path = '' as $$
begin
  if not exists (select from tenants.tenants t left join tenants.settings s on s.tenant_id = t.id
                 where t.id = sign_up.tenant_id and t.status = 'ACTIVE' and coalesce(s.settings ->> 'signUp', 'OPEN') = 'OPEN') then
    raise exception 'the tenant is not open to everybody' using errcode = 'check_violation', constraint = 'memberships_sign_up_open';
  end if;
  insert into tenants.memberships (id, tenant_id, user_id, role, joined_at) values (sign_up.id, sign_up.tenant_id, kith.current_user_id(), 'USER', at);
end
$$;

-- Port for users: an entry in the audit log of the active tenant, by whoever the transaction speaks for.
create function tenants.write_audit(id uuid, at timestamptz, action text, target_type text, target_id text, before jsonb, after jsonb, ip_address inet, user_agent text, request_id text)
  returns void
  language sql security definer set search_path = '' as $$
  insert into tenants.audit_entries (id, tenant_id, occurred_at, actor_id, action, target_type, target_id, before, after, ip_address, user_agent, request_id)
  values (write_audit.id, kith.current_tenant_id(), at, kith.current_user_id(), write_audit.action, write_audit.target_type, write_audit.target_id,
          write_audit.before, write_audit.after, write_audit.ip_address, write_audit.user_agent, write_audit.request_id)
$$;

-- Where whoever the transaction speaks for is a player: policies show one tenant at a time.
create function gamification.playing_in() returns setof uuid
  language sql stable security definer set search_path = '' as $$
  select p.tenant_id from gamification.players p where p.user_id = kith.current_user_id() order by p.tenant_id
$$;

revoke execute on function tenants.sign_up_rules(text), tenants.sign_up(uuid, uuid, timestamptz),
  tenants.write_audit(uuid, timestamptz, text, text, text, jsonb, jsonb, inet, text, text), gamification.playing_in() from public;
grant usage on schema tenants to kith_users;
grant execute on function tenants.sign_up_rules(text), tenants.sign_up(uuid, uuid, timestamptz),
  tenants.write_audit(uuid, timestamptz, text, text, text, jsonb, jsonb, inet, text, text) to kith_users;
grant execute on function gamification.playing_in() to kith_gamification;

-- Last, when every grant is made: once the keeper owns them, an owner of the database who is no superuser can grant nothing on them.
alter function tenants.sign_up_rules(text) owner to kith_keeper;
alter function tenants.sign_up(uuid, uuid, timestamptz) owner to kith_keeper;
alter function tenants.write_audit(uuid, timestamptz, text, text, text, jsonb, jsonb, inet, text, text) owner to kith_keeper;
alter function gamification.playing_in() owner to kith_keeper;
