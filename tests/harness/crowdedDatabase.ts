import type { TestDatabase } from './testDatabase.ts';

/** How many people there are, and how many of them in the tenant that is asked about: every tenth. The rest share two others. */
export const crowdSize = 100_000;
export const crowdedTenantSize = crowdSize / 10;

/** An ordinary member of the crowded tenant, and its administrator, whom 20,000 people follow, half of them in other tenants. */
export const crowdMember = 'crowd_10';
export const crowdAdmin = 'crowd_20';

/** A word that stands in the bio of every thousandth person. */
export const rareWord = 'theremin';

/**
 * Fills a migrated database with 100,000 people who follow and block each other and are there or not, by SQL alone and past the triggers, which would
 * take half a minute: what they keep in step is written here as they would. Takes a few seconds.
 */
export async function makeCrowd({ owner }: TestDatabase): Promise<void> {
  await owner.begin(async (tx) => {
    await tx`set local session_replication_role = replica`;
    await tx`drop index users.directory_entries_search`;
    await tx`insert into tenants.tenants (id, name, slug, created_at, updated_at) select uuidv7(), 'Tenant ' || slug, slug, now(), now() from unnest(array['crowded', 'wide', 'broad']) as t(slug)`;
    await tx`
      create temporary table crowd on commit drop as
      select uuidv7() as id, i as number, 'crowd_' || i as name, 'Plays one of many instruments, most of all the ' || case when i % 1000 = 0 then ${rareWord} else md5(i::text) end || '.' as bio,
             (select t.id from tenants.tenants t where t.slug = case when i % 10 = 0 then 'crowded' when i % 2 = 0 then 'wide' else 'broad' end) as tenant_id
      from generate_series(1, ${crowdSize}::int) as i`;
    await tx`
      insert into users.people (id, email, email_canonical, email_verified_at, username, username_canonical, status, follower_count, created_at, updated_at)
      select id, name || '@crowd.test', name || '@crowd.test', case when number % 3 > 0 then now() end, name, name, 'ACTIVE', number / 10 % 500, now(), now() from crowd`;
    await tx`insert into users.profiles (user_id, display_name, bio, updated_at) select id, 'Somebody ' || name, bio, now() from crowd`;
    await tx`insert into users.preferences (user_id, updated_at) select id, now() from crowd`;
    await tx`
      insert into users.directory_entries (tenant_id, user_id, role, status, listed, verified, follower_count, search_text, joined_at)
      select tenant_id, id, case when name = ${crowdAdmin} then 'ADMIN' else 'USER' end::kith.role, 'ACTIVE', true, number % 3 > 0, number / 10 % 500,
             users.directory_text(name, 'Somebody ' || name, bio), now() from crowd`;
    await tx`create index directory_entries_search on users.directory_entries using gin (tenant_id, search_text gin_trgm_ops)`;
    // Everybody follows whoever comes next, every fifth person the administrator, and the member 500 people of the tenant.
    await tx`
      insert into users.follows (follower_id, followed_id, created_at)
      select a.id, b.id, now() - make_interval(secs => a.number) from crowd a join crowd b on b.number = a.number + 1
      union select a.id, b.id, now() - make_interval(secs => a.number) from crowd a join crowd b on b.name = ${crowdAdmin} where a.number % 5 = 0 and a.id <> b.id
      union select a.id, b.id, now() - make_interval(secs => b.number) from crowd a join crowd b on b.number % 200 = 0 where a.name = ${crowdMember}
      on conflict do nothing`;
    await tx`insert into users.blocks (blocker_id, blocked_id, created_at) select a.id, b.id, now() from crowd a join crowd b on b.number = a.number + 3`;
    await tx`
      insert into users.blocks (blocker_id, blocked_id, created_at)
      select a.id, b.id, now() from crowd a join crowd b on b.number % 400 = 90 where a.name = ${crowdMember}
      union all select b.id, a.id, now() from crowd a join crowd b on b.number % 400 = 190 where a.name = ${crowdMember}`;
    await tx`insert into users.presences (tenant_id, user_id, last_seen_at) select tenant_id, id, now() - make_interval(secs => number / 20) from crowd`;
  });
  // As autovacuum does it on its own time.
  await owner`vacuum (analyze) users.people, users.profiles, users.directory_entries, users.follows, users.blocks, users.presences`;
}
