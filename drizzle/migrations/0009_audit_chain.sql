-- The audit log of each tenant becomes a chain: every entry bears a keyed digest over itself and the digest of the one before it, and the
-- head of the chain says where it ends. The key is the processes' own and never comes here: whoever can write to the database can still break
-- the chain, and cannot mend it.

alter table tenants.audit_entries
  -- All of them are null in entries from before the chain, and in no other.
  add column seq bigint,
  add column digest bytea,
  -- Of what may have to be taken out later, by themselves, so that the chain holds without them: before and after, and where it was done from.
  add column payload_digest bytea,
  add column origin_digest bytea,
  add column redacted_at timestamptz(3),
  add constraint audit_entries_chained_or_not check (num_nulls(seq, digest, payload_digest, origin_digest) in (0, 4)),
  add constraint audit_entries_seq check (seq >= 1),
  add constraint audit_entries_digests check (octet_length(digest) = 32 and octet_length(payload_digest) = 32 and octet_length(origin_digest) = 32);
-- A partitioned table's unique index has to hold the time as well; that a number is used once is seen to by the head. Verifying reads along it.
create unique index audit_entries_in_sequence on tenants.audit_entries (tenant_id, seq, occurred_at);
-- For taking out what is somebody's own.
create index audit_entries_by_actor on tenants.audit_entries (actor_id);
create index audit_entries_by_impersonator on tenants.audit_entries (impersonator_id) where impersonator_id is not null;
create index audit_entries_about_target on tenants.audit_entries (target_type, target_id);

-- Where the chain of a tenant ends. `mac` is the keyed digest of the head itself; a chain without an entry has none.
-- Like the log, it outlives its tenant.
create table tenants.audit_heads (
  tenant_id uuid primary key,
  seq bigint not null check (seq >= 0),
  digest bytea not null check (octet_length(digest) = 32),
  mac bytea check (octet_length(mac) = 32),
  constraint audit_heads_mac_of_entries check ((seq = 0) = (mac is null))
);

create type tenants.audit_checkpoint_kind as enum ('PERIODIC', 'PRUNED');

-- What was signed of a chain: that it had come this far, or that everything up to here was lawfully taken out.
create table tenants.audit_checkpoints (
  tenant_id uuid not null,
  seq bigint not null check (seq >= 1),
  digest bytea not null check (octet_length(digest) = 32),
  made_at timestamptz(3) not null,
  kind tenants.audit_checkpoint_kind not null,
  jws text not null check (char_length(jws) between 1 and 2000),
  primary key (tenant_id, seq, kind)
);

alter table tenants.audit_heads enable row level security;
alter table tenants.audit_heads force row level security;
alter table tenants.audit_checkpoints enable row level security;
alter table tenants.audit_checkpoints force row level security;
create policy keeper on tenants.audit_heads to kith_keeper using (true) with check (true);
create policy keeper on tenants.audit_checkpoints to kith_keeper using (true) with check (true);
create policy active_tenant on tenants.audit_checkpoints to kith_tenants
  using (tenant_id = (select kith.current_tenant_id())) with check (tenant_id = (select kith.current_tenant_id()));

-- Entries come in by the port alone, which moves the head along.
revoke insert on tenants.audit_entries from kith_tenants;
grant select, insert on tenants.audit_checkpoints to kith_tenants;
grant select, insert, update on tenants.audit_heads to kith_keeper;
grant select on tenants.audit_checkpoints to kith_keeper;
grant delete on tenants.audit_entries to kith_keeper;
-- To hold their schema's functions open to another's role.
grant usage on schema tenants to kith_gamification;

-- Port for every subgraph: the end of the active tenant's chain, held until the transaction ends, and in whose name the next entry will stand.
-- Whoever calls it makes all who audit in this tenant wait: it is the last but one thing a transaction does.
create function tenants.hold_audit_head() returns table (tenant_id uuid, actor_id uuid, seq bigint, digest bytea, mac bytea)
  language plpgsql security definer set search_path = '' rows 1 as $$
begin
  return query select h.tenant_id, kith.current_user_id(), h.seq, h.digest, h.mac from tenants.audit_heads h where h.tenant_id = kith.current_tenant_id() for update;
  if found then
    return;
  end if;
  insert into tenants.audit_heads values (kith.current_tenant_id(), 0, decode(repeat('00', 32), 'hex'), null) on conflict do nothing;
  return query select h.tenant_id, kith.current_user_id(), h.seq, h.digest, h.mac from tenants.audit_heads h where h.tenant_id = kith.current_tenant_id() for update;
end
$$;

-- Port for every subgraph: an entry at the end of the active tenant's chain, by whoever the transaction speaks for, and the head moved on to it.
create function tenants.append_audit(
  id uuid, at timestamptz, impersonator_id uuid, action text, target_type text, target_id text, before jsonb, after jsonb,
  ip_address inet, user_agent text, request_id text, seq bigint, digest bytea, payload_digest bytea, origin_digest bytea, mac bytea
) returns void
  language plpgsql security definer set search_path = '' as $$
begin
  update tenants.audit_heads h set seq = append_audit.seq, digest = append_audit.digest, mac = append_audit.mac
    where h.tenant_id = kith.current_tenant_id() and h.seq = append_audit.seq - 1;
  if not found then
    raise exception 'the entry does not follow the head of the chain' using errcode = 'check_violation', constraint = 'audit_entries_follow_the_head';
  end if;
  insert into tenants.audit_entries (id, tenant_id, occurred_at, actor_id, impersonator_id, action, target_type, target_id, before, after,
    ip_address, user_agent, request_id, seq, digest, payload_digest, origin_digest)
  values (append_audit.id, kith.current_tenant_id(), append_audit.at, kith.current_user_id(), append_audit.impersonator_id, append_audit.action,
    append_audit.target_type, append_audit.target_id, append_audit.before, append_audit.after, append_audit.ip_address, append_audit.user_agent,
    append_audit.request_id, append_audit.seq, append_audit.digest, append_audit.payload_digest, append_audit.origin_digest);
end
$$;

-- Port within tenants: the heads that have moved since they were signed last, of all tenants behind one, in their order.
create function tenants.audit_heads_moved(after uuid, rows_max int) returns table (tenant_id uuid, seq bigint, digest bytea, mac bytea)
  language sql stable security definer set search_path = '' as $$
  select h.tenant_id, h.seq, h.digest, h.mac
  from tenants.audit_heads h
  where h.seq > 0 and (audit_heads_moved.after is null or h.tenant_id > audit_heads_moved.after)
    and not exists (select from tenants.audit_checkpoints c where c.tenant_id = h.tenant_id and c.seq >= h.seq)
  order by h.tenant_id
  limit audit_heads_moved.rows_max
$$;

-- Port within tenants: takes out the beginning of the active tenant's chain, up to an entry whose end there is signed for. Says how many went.
create function tenants.prune_audit(seq bigint) returns int
  language plpgsql security definer set search_path = '' as $$
declare
  pruned int;
begin
  if not exists (select from tenants.audit_checkpoints c join tenants.audit_entries e on e.tenant_id = c.tenant_id and e.seq = c.seq and e.digest = c.digest
                 where c.tenant_id = kith.current_tenant_id() and c.seq = prune_audit.seq and c.kind = 'PRUNED') then
    raise exception 'no checkpoint says that entries were taken out up to here' using errcode = 'check_violation', constraint = 'audit_entries_pruned_by_checkpoint';
  end if;
  delete from tenants.audit_entries e where e.tenant_id = kith.current_tenant_id() and e.seq <= prune_audit.seq;
  get diagnostics pruned = row_count;
  return pruned;
end
$$;

-- Whoever still writes past the chain is refused.
set local role kith_keeper;
drop function tenants.write_audit(uuid, timestamptz, text, text, text, jsonb, jsonb, inet, text, text);
reset role;

revoke execute on function tenants.hold_audit_head(), tenants.append_audit(uuid, timestamptz, uuid, text, text, text, jsonb, jsonb, inet, text, text, bigint, bytea, bytea, bytea, bytea),
  tenants.audit_heads_moved(uuid, int), tenants.prune_audit(bigint) from public;
grant execute on function tenants.hold_audit_head(), tenants.append_audit(uuid, timestamptz, uuid, text, text, text, jsonb, jsonb, inet, text, text, bigint, bytea, bytea, bytea, bytea)
  to kith_users, kith_tenants, kith_sessions, kith_gamification;
grant execute on function tenants.audit_heads_moved(uuid, int), tenants.prune_audit(bigint) to kith_tenants;

-- Last, when every grant is made: once the keeper owns them, an owner of the database who is no superuser can grant nothing on them.
alter function tenants.hold_audit_head() owner to kith_keeper;
alter function tenants.append_audit(uuid, timestamptz, uuid, text, text, text, jsonb, jsonb, inet, text, text, bigint, bytea, bytea, bytea, bytea) owner to kith_keeper;
alter function tenants.audit_heads_moved(uuid, int) owner to kith_keeper;
alter function tenants.prune_audit(bigint) owner to kith_keeper;
