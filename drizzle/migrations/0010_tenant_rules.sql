-- The rules of a tenant take effect: at the gateway, when somebody signs in or goes on, and at once everywhere when they change.

alter type sessions.login_failure add value 'ADDRESS_NOT_ALLOWED';

-- Tokens can be voided for all of a tenant: none that was issued up to that moment for acting in it is believed any more.
alter table sessions.revocations add column tenant_id uuid;
alter table sessions.revocations drop constraint revocations_of_one;
alter table sessions.revocations add constraint revocations_of_one check (num_nonnulls(session_id, user_id, tenant_id) = 1);

create or replace function sessions.tell_of_revocation() returns trigger
  language plpgsql set search_path = '' as $$
begin
  perform pg_notify('kith_revocations',
    json_build_object('sessionId', new.session_id, 'userId', new.user_id, 'tenantId', new.tenant_id, 'revokedAt', new.revoked_at)::text);
  return null;
end
$$;

-- Port for the gateway, which now says of whom: a session, a person or a tenant. A gateway that asks for the first three columns goes on.
set local role kith_keeper;
drop function sessions.recent_revocations(timestamptz, int);
create function sessions.recent_revocations(since timestamptz, rows_max int) returns table (session_id uuid, user_id uuid, revoked_at timestamptz, tenant_id uuid)
  language sql stable security definer set search_path = '' as $$
  select r.session_id, r.user_id, r.revoked_at, r.tenant_id from sessions.revocations r where r.revoked_at > since order by r.revoked_at desc limit rows_max
$$;
revoke execute on function sessions.recent_revocations(timestamptz, int) from public;
grant execute on function sessions.recent_revocations(timestamptz, int) to kith_gateway;

-- Port for sessions: where a person may act after signing in, the tenant joined first in front, each with its rules. Suspended tenants are left
-- out. Holds those tenants still until the end of the transaction: whoever voids the tokens of one of them at this moment waits, and then voids
-- the token this transaction gives out as well, or is waited for, and is then seen. Two statements, so that the second sees what the first waited for;
-- 64 locks for all tenants together, since somebody who belongs to thousands must not fill the table of locks.
drop function tenants.sign_in_memberships(uuid);
create function tenants.sign_in_memberships(user_id uuid)
  returns table (tenant_id uuid, slug text, role kith.role, settings jsonb)
  language plpgsql volatile security definer set search_path = '' as $$
begin
  perform pg_advisory_xact_lock_shared(714011103, l.number)
  from (select distinct abs(hashtext(o.tenant_id::text) % 64) as number from tenants.memberships o where o.user_id = sign_in_memberships.user_id order by 1) l;
  return query
    select m.tenant_id, t.slug, m.role, coalesce(s.settings, '{}'::jsonb)
    from tenants.memberships m
    join tenants.tenants t on t.id = m.tenant_id
    left join tenants.settings s on s.tenant_id = m.tenant_id
    where m.user_id = sign_in_memberships.user_id and t.status = 'ACTIVE'
    order by m.joined_at, m.id;
end
$$;
revoke execute on function tenants.sign_in_memberships(uuid) from public;
grant execute on function tenants.sign_in_memberships(uuid) to kith_sessions;

-- Port for users: what a tenant says about signing up, with all of its rules. Suspended tenants are left out.
drop function tenants.sign_up_rules(text);
create function tenants.sign_up_rules(slug text) returns table (tenant_id uuid, sign_up text, hides_registered_people boolean, settings jsonb)
  language sql stable security definer set search_path = '' rows 1 as $$
  select t.id, coalesce(s.settings ->> 'signUp', 'OPEN'), coalesce(s.settings -> 'hideRegisteredPeople' = 'true'::jsonb, false), coalesce(s.settings, '{}'::jsonb)
  from tenants.tenants t
  left join tenants.settings s on s.tenant_id = t.id
  where t.slug = sign_up_rules.slug and t.status = 'ACTIVE'
$$;
revoke execute on function tenants.sign_up_rules(text) from public;
grant execute on function tenants.sign_up_rules(text) to kith_users;
reset role;

-- Port for tenants: the tokens for acting in a tenant say what is no longer so, as when it is suspended. The sessions go on. A token is issued by the
-- clock of some other process, which last_seen_at was written by: of both clocks the later one counts.
create function sessions.void_tenant_tokens(tenant_id uuid, at timestamptz) returns void
  language plpgsql security definer set search_path = '' as $$
begin
  perform pg_advisory_xact_lock(714011103, abs(hashtext(void_tenant_tokens.tenant_id::text) % 64));
  insert into sessions.revocations (id, tenant_id, revoked_at)
  select gen_random_uuid(), void_tenant_tokens.tenant_id, greatest(void_tenant_tokens.at, (
    select max(s.last_seen_at) from sessions.sessions s where s.tenant_id = void_tenant_tokens.tenant_id and s.revoked_at is null));
end
$$;

-- Port for the gateway: what a tenant's rules say of requests, one row whether or not it has any. What was written behind the graph's back and
-- cannot be so counts as not said; ranges that are no list of texts are told as one that no address lies in.
create function tenants.gateway_rules(tenant_id uuid) returns table (allowed_ip_ranges text[], api_per_minute int, writes_per_minute int)
  language sql stable security definer set search_path = '' rows 1 as $$
  select case
           when coalesce(jsonb_typeof(s.settings -> 'allowedIpRanges'), 'null') = 'null' then '{}'::text[]
           when jsonb_typeof(s.settings -> 'allowedIpRanges') = 'array' then array(select coalesce(r, 'nowhere') from jsonb_array_elements_text(s.settings -> 'allowedIpRanges') r)
           else array['nowhere']
         end,
         case when s.settings @? '$.apiPerMinute ? (@ >= 1 && @ <= 100000 && @ == @.floor())' then (s.settings -> 'apiPerMinute')::int end,
         case when s.settings @? '$.writesPerMinute ? (@ >= 1 && @ <= 10000 && @ == @.floor())' then (s.settings -> 'writesPerMinute')::int end
  from (values (1)) one
  left join tenants.settings s on s.tenant_id = gateway_rules.tenant_id
$$;

create function tenants.tell_of_rules() returns trigger
  language plpgsql set search_path = '' as $$
begin
  if tg_op <> 'INSERT' then
    perform pg_notify('kith_tenant_rules', old.tenant_id::text);
  end if;
  if tg_op <> 'DELETE' then
    perform pg_notify('kith_tenant_rules', new.tenant_id::text);
  end if;
  return null;
end
$$;
create trigger told after insert or update or delete on tenants.settings
  for each row execute function tenants.tell_of_rules();

revoke execute on function sessions.void_tenant_tokens(uuid, timestamptz), tenants.gateway_rules(uuid), tenants.tell_of_rules() from public;
grant execute on function sessions.void_tenant_tokens(uuid, timestamptz) to kith_tenants;
grant usage on schema tenants to kith_gateway;
grant execute on function tenants.gateway_rules(uuid) to kith_gateway;

-- Last, when every grant is made: once the keeper owns them, an owner of the database who is no superuser can grant nothing on them.
alter function sessions.void_tenant_tokens(uuid, timestamptz) owner to kith_keeper;
alter function tenants.gateway_rules(uuid) owner to kith_keeper;
