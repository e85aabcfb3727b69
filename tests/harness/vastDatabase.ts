import { canonicalLogin } from '@kith/kernel/canonical.ts';
import { passwordHashing } from '@kith/kernel/passwordHashing.ts';
import { hashingParameters } from './settings.ts';
import type { TestDatabase } from './testDatabase.ts';
import { testPassword } from './world.ts';

/** How many people the tenants of a vast database have. The first person belongs to all of them and is ADMIN of each. */
export const vastTenants = { vast: 3_000, wide: 3_000, broad: 3_000, small: 100 };

/** Somebody of every tenant, who can sign in with `testPassword`. */
export const vastAdmin = 'crowd_1';

/** Fills a migrated database with a few thousand people by SQL alone: enough for PostgreSQL to plan as it does for many. Takes a few seconds. */
export async function makeVast({ owner }: TestDatabase): Promise<void> {
  const hashing = await passwordHashing(hashingParameters);
  const passwordHash = await hashing.hash(testPassword);
  const sizes = Object.values(vastTenants);
  const ends = sizes.map((_, index) => sizes.slice(0, index + 1).reduce((sum, size) => sum + size, 0));
  const total = ends.at(-1) ?? 0;
  await owner.begin(async (tx) => {
    await tx`
      insert into tenants.tenants (id, name, slug, created_at, updated_at)
      select uuidv7(), 'Tenant ' || slug, slug, now(), now() from unnest(${Object.keys(vastTenants)}::text[]) as t(slug)`;
    await tx`
      insert into users.people (id, email, email_canonical, email_verified_at, username, username_canonical, status, follower_count, created_at, updated_at)
      select uuidv7(), name || '@vast.test', name || '@vast.test', case when i % 3 > 0 then now() end, name, name, 'ACTIVE', i % 500, now(), now()
      from generate_series(1, ${total}::int) as i, lateral (select 'crowd_' || i as name) as n`;
    await tx`insert into users.profiles (user_id, display_name, bio, updated_at) select id, 'Somebody ' || username, 'One of many.', now() from users.people`;
    await tx`insert into users.preferences (user_id, updated_at) select id, now() from users.people`;
    await tx`
      insert into sessions.credentials (user_id, password_hash, password_changed_at)
      select id, ${passwordHash}, now() from users.people where username_canonical = ${canonicalLogin(vastAdmin)}`;
    // Everybody belongs to one tenant, those of each scattered over the tables; the first person to all, as their administrator.
    await tx`
      insert into tenants.memberships (id, tenant_id, user_id, role, joined_at)
      select uuidv7(), t.id, p.id, (case when p.number = 1 then 'ADMIN' else 'USER' end)::kith.role, now() - make_interval(mins => p.number)
      from (select id, substr(username, 7)::int as number from users.people) as p
      join unnest(${Object.keys(vastTenants)}::text[], ${ends.map((end, index) => end - (sizes[index] ?? 0))}::int[], ${ends}::int[]) as share(slug, first, last)
        on p.number = 1 or (p.number * 7919) % ${total}::int >= share.first and (p.number * 7919) % ${total}::int < share.last
      join tenants.tenants t on t.slug = share.slug`;
    await tx`
      insert into tenants.invitations (id, tenant_id, email, email_canonical, role, invited_by, created_at, sent_at, expires_at, accepted_at, accepted_by)
      select uuidv7(), m.tenant_id, p.email, p.email_canonical, 'USER', a.id, m.joined_at, m.joined_at, now() + interval '7 days',
        case when p.follower_count % 2 = 0 then now() end, case when p.follower_count % 2 = 0 then p.id end
      from tenants.memberships m join users.people p on p.id = m.user_id, users.people a where a.username_canonical = ${canonicalLogin(vastAdmin)}`;
    await tx`
      insert into tenants.role_changes (id, tenant_id, membership_id, user_id, to_role, changed_by, changed_at)
      select uuidv7(), m.tenant_id, m.id, m.user_id, m.role, m.user_id, m.joined_at from tenants.memberships m`;
    await tx`
      insert into sessions.sessions (id, user_id, tenant_id, device, created_at, last_seen_at, expires_at, absolute_expires_at)
      select uuidv7(), m.user_id, m.tenant_id, 'Lynx on Unix', now() - interval '1 day', now() - make_interval(mins => i), now() + interval '1 day', now() + interval '1 day'
      from tenants.memberships m, generate_series(1, 3) as i`;
    await tx`insert into gamification.players (id, tenant_id, user_id, created_at) select uuidv7(), tenant_id, user_id, now() from tenants.memberships`;
    await tx`
      insert into gamification.accounts (id, tenant_id, player_id, kind, currency)
      select uuidv7(), p.tenant_id, p.id, 'WALLET', c from gamification.players p, unnest(enum_range(null::gamification.currency)) as c`;
    await tx`
      insert into gamification.achievements (id, tenant_id, name, description, rarity, created_at)
      select uuidv7(), t.id, 'Feat ' || i, 'Done.', 'RARE', now() from tenants.tenants t, generate_series(1, 40) as i`;
    await tx`
      insert into gamification.player_achievements (player_id, achievement_id, tenant_id, unlocked_at)
      select p.id, a.id, a.tenant_id, now() - make_interval(mins => a.place::int)
      from gamification.players p
      join (select *, row_number() over (partition by tenant_id order by id) as place from gamification.achievements) as a on a.tenant_id = p.tenant_id and a.place <= 8`;
  });
  // As the job would have by now.
  await owner`select tenants.fold_counts(1000000, current_date)`;
  // Half of them are the administrator's, one in a hundred of those not read.
  await owner`
    insert into users.notifications (id, user_id, type, priority, data, in_app, created_at, read_at, expires_at)
    select gen_random_uuid(), case when n % 2 = 0 then a.id else b.id end, 'LEVEL_REACHED', 1, '{"level": 2}', true, now() - make_interval(mins => n),
           case when n % 200 <> 0 then now() end, now() + interval '30 days'
    from generate_series(1, 6000) n, (select id from users.people where username = ${vastAdmin}) a, (select id from users.people where username <> ${vastAdmin} order by id limit 1) b`;
  await owner`analyze`;
}
