import { databaseRoles, roleName } from '@kith/drizzle/roles.ts';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FreshDatabase } from './freshDatabase.ts';
import { freshDatabase } from './freshDatabase.ts';
import type { Catalogue } from './planted.ts';
import { foundIn } from './planted.ts';
import { grantsTo, overpoweredRoles, policiesBeyondOneEquality, portsOf, tablesWithoutForcedSecurity } from './securityGuards.ts';

const roles = databaseRoles.map(roleName);
const writers = roles.filter((role) => role !== 'kith_reader');

/** Names what a role reaches outside its own schema. The reader has none of its own: it reads them all, but no partition. */
const foreignReach = async (catalogue: Catalogue) =>
  (await grantsTo(catalogue, writers)).filter(({ role, schema }) => role !== `kith_${schema}` && !(role === 'kith_worker' && schema === 'graphile_worker')).map(({ role, privilege, table }) => `${role} ${privilege} ${table}`);

/** Names the partitions someone may ask for by name, where no policy of the table holds. */
const openPartitions = async (catalogue: Catalogue) =>
  (await grantsTo(catalogue, roles)).filter(({ partition }) => partition).map(({ role, privilege, table }) => `${role} ${privilege} ${table}`);

/** Names what no role that serves requests may do to any table. */
const brutePrivileges = async (catalogue: Catalogue) =>
  (await grantsTo(catalogue, roles))
    .filter(({ privilege }) => ['TRUNCATE', 'REFERENCES', 'TRIGGER', 'MAINTAIN'].includes(privilege))
    .map(({ role, privilege, table }) => `${role} ${privilege} ${table}`);

const writesOfTheReader = async (catalogue: Catalogue) =>
  (await grantsTo(catalogue, ['kith_reader'])).filter(({ privilege }) => privilege !== 'SELECT').map(({ privilege, table }) => `${privilege} ${table}`);

const secrets = [
  'sessions.credentials',
  'sessions.signing_keys',
  'sessions.refresh_tokens',
  'sessions.second_factors',
  'sessions.backup_codes',
  'sessions.two_factor_challenges',
  'sessions.password_resets',
  'sessions.reset_requests',
  'sessions.lockouts',
  'sessions.known_devices',
  'sessions.revocations',
  'tenants.invitation_requests',
  'users.verification_codes',
  'users.mails',
  'tenants.daily_active_people',
  'users.pending_deliveries',
];
const secretsOfTheReader = async (catalogue: Catalogue) => (await grantsTo(catalogue, ['kith_reader'])).map(({ table }) => table).filter((table) => secrets.includes(table));

let database: FreshDatabase;
let sql: postgres.Sql;

beforeAll(async () => {
  database = await freshDatabase();
  // With nothing else in the search path PostgreSQL names everything with its schema.
  sql = postgres(database.ownerUrl, { max: 1, onnotice: () => {}, connection: { search_path: 'pg_catalog' } });
}, 60_000);

afterAll(async () => {
  await sql.end();
  await database.drop();
});

/** A guard's two tests: it finds nothing in what the migrations make, and finds each fault that is planted. */
function guarantee<Finding>(promise: string, guard: (catalogue: Catalogue) => Promise<Finding[]>, faults: readonly [what: string, fault: string, finding: Finding][]): void {
  describe(promise, () => {
    test('holds', async () => {
      expect(await guard(sql)).toEqual([]);
    });
    test.each(faults)('is seen broken by %s', async (_, fault, finding) => {
      expect(await foundIn(sql, fault, guard)).toContainEqual(finding);
    });
  });
}

guarantee('every table of the four subgraphs, and what they share, forces row-level security on everyone', tablesWithoutForcedSecurity, [
  ['a new table', 'create table tenants.planted (tenant_id uuid not null)', 'tenants.planted'],
  ['a table whose owner is let off', 'alter table users.people no force row level security', 'users.people'],
  ['a table where it is switched off', 'alter table gamification.entries disable row level security', 'gamification.entries'],
  [
    'a partition',
    `create table tenants.audit_entries_2001_01 partition of tenants.audit_entries for values from ('2001-01-01') to ('2001-02-01')`,
    'tenants.audit_entries_2001_01',
  ],
]);

guarantee('a policy on a tenant-scoped table is one equality on the tenant', policiesBeyondOneEquality, [
  [
    'an alternative',
    'create policy planted on tenants.settings to kith_reader using (tenant_id = (select kith.current_tenant_id()) or true)',
    'planted on tenants.settings: tenant_id = (select kith.current_tenant_id()) OR true',
  ],
  ['no condition', 'create policy planted on tenants.memberships to kith_tenants using (true)', 'planted on tenants.memberships: true'],
  [
    'no condition on what is written',
    'create policy planted on gamification.players for insert to kith_gamification with check (true)',
    'planted on gamification.players: true',
  ],
  ['a policy for everybody', 'create policy planted on users.people using (true)', 'planted on users.people: true'],
  [
    'a function called for every row',
    'create policy planted on tenants.tenants to kith_reader using (id = kith.current_tenant_id())',
    'planted on tenants.tenants: id = kith.current_tenant_id()',
  ],
]);

guarantee('a role that serves requests owns nothing, is a member of nothing and has no attribute', (catalogue) => overpoweredRoles(catalogue, [...roles, 'seed_planted']), [
  // A role made for the purpose: one of ours belongs to every database of the server, also to those other tests are in.
  ['one that bypasses policies', 'create role seed_planted bypassrls', 'seed_planted bypasses row-level security'],
  ['a superuser', 'create role seed_planted superuser', 'seed_planted is a superuser'],
  ['a member of the keeper', 'create role seed_planted; grant kith_keeper to seed_planted', 'seed_planted is a member of kith_keeper'],
  ['the owner of a table', 'create role seed_planted; alter table users.people owner to seed_planted', 'seed_planted owns table users.people'],
  ['one that may create', 'grant create on schema users to kith_users', 'kith_users may create in schema users'],
]);

guarantee('a subgraph reaches no table of another', foreignReach, [
  ['a grant', 'grant select on users.people to kith_sessions', 'kith_sessions SELECT users.people'],
  ['a grant of one column', 'grant update (role) on tenants.memberships to kith_users', 'kith_users UPDATE tenants.memberships'],
  ['a grant to everybody', 'grant select on sessions.own_sessions to public', 'kith_gamification SELECT sessions.own_sessions'],
]);

guarantee('no partition can be asked for by name', openPartitions, [
  [
    'a grant on all tables of a schema',
    'grant select on all tables in schema gamification to kith_reader',
    expect.stringMatching(/^kith_reader SELECT gamification\.experience_entries_\d{4}_\d{2}$/),
  ],
]);

guarantee('no role that serves requests may truncate, refer to, trigger on or maintain a table', brutePrivileges, [
  ['truncate', 'grant truncate on gamification.entries to kith_gamification', 'kith_gamification TRUNCATE gamification.entries'],
  ['a trigger', 'grant trigger on users.people to kith_users', 'kith_users TRIGGER users.people'],
]);

guarantee('the reader writes nothing', writesOfTheReader, [
  ['a grant', 'grant delete on users.follows to kith_reader', 'DELETE users.follows'],
  ['a grant of one column', 'grant update (balance) on gamification.accounts to kith_reader', 'UPDATE gamification.accounts'],
]);

guarantee('the reader sees no secret', secretsOfTheReader, [
  ['a grant', 'grant select on sessions.refresh_tokens to kith_reader', 'sessions.refresh_tokens'],
  ['a grant of one column', 'grant select (password_hash) on sessions.credentials to kith_reader', 'sessions.credentials'],
]);

const ports = [
  'kith_gamification: gamification.playing_in',
  'kith_gamification: kith.announce',
  'kith_gamification: kith.event_of_job',
  'kith_gamification: kith.handle_once',
  'kith_gamification: tenants.append_audit',
  'kith_gamification: tenants.hold_audit_head',
  'kith_gateway: sessions.recent_revocations',
  'kith_gateway: tenants.gateway_rules',
  'kith_reader: kith.deletion_impacts',
  'kith_reader: sessions.security_facts',
  'kith_reader: tenants.invitation_offer',
  'kith_reader: tenants.own_among',
  'kith_reader: tenants.own_invitations',
  'kith_reader: users.deletions_of',
  'kith_reader: users.erasure_reports',
  'kith_reader: users.username_is_free',
  'kith_sessions: kith.announce',
  'kith_sessions: kith.event_of_job',
  'kith_sessions: kith.handle_once',
  'kith_sessions: kith.keep_months_ahead',
  'kith_sessions: sessions.note_use',
  'kith_sessions: sessions.remove_lapsed',
  'kith_sessions: sessions.security_facts',
  'kith_sessions: tenants.append_audit',
  'kith_sessions: tenants.hold_audit_head',
  'kith_sessions: tenants.sign_in_memberships',
  'kith_sessions: users.addressee',
  'kith_sessions: users.hold_standing',
  'kith_sessions: users.queue_mail',
  'kith_sessions: users.sign_in_directory',
  'kith_tenants: kith.announce',
  'kith_tenants: kith.event_of_job',
  'kith_tenants: kith.handle_once',
  'kith_tenants: sessions.revoke_all',
  'kith_tenants: sessions.void_tenant_tokens',
  'kith_tenants: sessions.void_tokens',
  'kith_tenants: tenants.accept_invitation',
  'kith_tenants: tenants.append_audit',
  'kith_tenants: tenants.audit_heads_moved',
  'kith_tenants: tenants.audit_retention',
  'kith_tenants: tenants.change_status',
  'kith_tenants: tenants.empty_deleted',
  'kith_tenants: tenants.fold_counts',
  'kith_tenants: tenants.forget_invitation_requests',
  'kith_tenants: tenants.hold_audit_head',
  'kith_tenants: tenants.hold_member',
  'kith_tenants: tenants.invitation_offer',
  'kith_tenants: tenants.invitation_requests_to',
  'kith_tenants: tenants.is_members_address',
  'kith_tenants: tenants.old_audit',
  'kith_tenants: tenants.own_invitations',
  'kith_tenants: tenants.prune_audit',
  'kith_tenants: users.addressee',
  'kith_tenants: users.hold_standing',
  'kith_tenants: users.queue_mail',
  'kith_users: kith.announce',
  'kith_users: kith.count_rows',
  'kith_users: kith.count_too_old',
  'kith_users: kith.deletion_impacts',
  'kith_users: kith.erasure_steps',
  'kith_users: kith.event_of_job',
  'kith_users: kith.export_person',
  'kith_users: kith.handle_once',
  'kith_users: kith.remove_too_old',
  'kith_users: kith.retention',
  'kith_users: sessions.create_credential',
  'kith_users: sessions.revoke_all',
  'kith_users: tenants.accept_invitation',
  'kith_users: tenants.append_audit',
  'kith_users: tenants.hold_audit_head',
  'kith_users: tenants.invitation_offer',
  'kith_users: tenants.left_without_administrator',
  'kith_users: tenants.own_among',
  'kith_users: tenants.sign_up',
  'kith_users: tenants.sign_up_rules',
  'kith_users: users.addressee',
  'kith_users: users.awaiting_verification',
  'kith_users: users.begin_erasure',
  'kith_users: users.claim_push_token',
  'kith_users: users.delete_account',
  'kith_users: users.deletions_of',
  'kith_users: users.due_for_erasure',
  'kith_users: users.erase_some',
  'kith_users: users.erased_rows',
  'kith_users: users.erasure_reports',
  'kith_users: users.expire_data_exports',
  'kith_users: users.finish_erasure',
  'kith_users: users.hide_presence',
  'kith_users: users.hold_account',
  'kith_users: users.hold_both',
  'kith_users: users.lift_suspensions',
  'kith_users: users.part',
  'kith_users: users.people_with_deliveries_due',
  'kith_users: users.put_off_mail',
  'kith_users: users.queue_mail',
  'kith_users: users.remove_expired_notifications',
  'kith_users: users.repeat_registration',
  'kith_users: users.restore_account',
  'kith_users: users.username_is_free',
];

guarantee('only the named ports run with more rights than their caller', async (catalogue) => (await portsOf(catalogue, roles)).filter((port) => !ports.includes(port)), [
  ['a grant', 'grant execute on function users.directory_put to kith_tenants', 'kith_tenants: users.directory_put'],
  ['a new function everybody may run', `create function users.planted() returns int language sql security definer return 1`, 'kith_reader: users.planted'],
]);

test('each named port is there', async () => {
  expect(await portsOf(sql, roles)).toEqual(ports);
});

test.each(roles)('%s is refused a partition, whatever it is granted on the table', async (role) => {
  const [partition] = await sql<{ name: string }[]>`select inhrelid::regclass::text as name from pg_inherits where inhparent = 'gamification.experience_entries'::regclass`;
  const refused = sql.begin((tx) => [tx.unsafe(`set local role ${role}`), tx.unsafe(`select from ${partition?.name}`)]);
  await expect(refused).rejects.toThrow('permission denied');
});

test.each(secrets)('the reader is refused %s', async (table) => {
  const reader = postgres(database.urlOf('reader'), { max: 1 });
  await expect(reader.unsafe(`select from ${table}`)).rejects.toThrow('permission denied');
  await reader.end();
});
