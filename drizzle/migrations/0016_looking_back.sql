-- What people and their administrators look back on: how somebody proves who they are, and what was done in a tenant.

create index login_history_successes on sessions.login_history (user_id, occurred_at desc, id desc) where failure is null;

-- The devices one is known on, without a grant on the table that decides who is let in.
create view sessions.own_known_devices with (security_barrier) as
  select d.user_id, encode(d.fingerprint, 'hex') as fingerprint, d.network, d.signed_in_at
  from sessions.known_devices d
  where d.user_id = (select kith.current_user_id());
grant select on sessions.own_known_devices to kith_reader, kith_sessions;

-- The audit log is read by the whole graph together too; its lists are sorted by time, of a tenant, of whom it was done to, and of who did it.
grant select on tenants.audit_entries, tenants.audit_checkpoints to kith_reader;
alter policy active_tenant on tenants.audit_checkpoints to kith_reader, kith_tenants;
create index audit_entries_latest on tenants.audit_entries (tenant_id, occurred_at desc, id desc);
create index audit_entries_latest_about on tenants.audit_entries (tenant_id, target_type, target_id, occurred_at desc, id desc);
create index audit_entries_latest_by on tenants.audit_entries (tenant_id, actor_id, occurred_at desc, id desc);

-- The facts come with the lock that holds longest.
set local role kith_keeper;
drop function sessions.security_facts(uuid[]);
create function sessions.security_facts(user_ids uuid[])
  returns table (user_id uuid, two_factor_enabled boolean, password_changed_at timestamptz, backup_codes_left int, locked_until timestamptz, failures int)
  language sql stable security definer set search_path = '' as $$
  select p.id, f.confirmed_at is not null, c.password_changed_at,
         case when f.confirmed_at is not null and p.id = kith.current_user_id()
           then (select count(*)::int from sessions.backup_codes b where b.user_id = p.id and b.used_at is null) end,
         lock.locked_until, lock.failures
  from unnest(user_ids) p (id)
  left join sessions.credentials c on c.user_id = p.id
  left join sessions.second_factors f on f.user_id = p.id
  left join lateral (select l.locked_until, l.failures from sessions.lockouts l
                     where l.user_id = p.id and l.locked_until is not null order by l.locked_until desc limit 1) lock on true
  where p.id = kith.current_user_id()
     or exists (select from users.directory_entries me join users.directory_entries d on d.tenant_id = me.tenant_id
                where me.tenant_id = kith.current_tenant_id() and me.user_id = kith.current_user_id() and me.role = 'ADMIN' and d.user_id = p.id)
$$;
revoke execute on function sessions.security_facts(uuid[]) from public;
grant execute on function sessions.security_facts(uuid[]) to kith_reader, kith_sessions;
reset role;

-- Last, when every grant is made: once the keeper owns them, an owner of the database who is no superuser can grant nothing on them.
alter view sessions.own_known_devices owner to kith_keeper;
