import { configuredDatabase } from '@kith/drizzle/configuredDatabase.ts';
import type { Clock } from '@kith/kernel/clock.ts';
import { parseConfig } from '@kith/kernel/config.ts';
import type { SessionId, TenantId, UserId } from '@kith/kernel/ids.ts';
import { makeLog } from '@kith/kernel/log.ts';
import type { Role } from '@kith/kernel/role.ts';
import type { Acting } from '@kith/tenants/services/acting.ts';
import type { TenantsParts } from '@kith/tenants/tenantsParts.ts';
import { tenantsParts, tenantsSettings } from '@kith/tenants/tenantsParts.ts';
import { v7 } from 'uuid';
import type { Answer, TestGraph } from '../harness/graph.ts';
import { latestMail } from '../harness/mailbox.ts';
import { mutate } from '../harness/registration.ts';
import { testEnvironment } from '../harness/settings.ts';
import type { TestDatabase } from '../harness/testDatabase.ts';
import type { TestPerson, TestTenant } from '../harness/world.ts';

/** Looks somebody up among the people of a tenant. */
export function personOf(tenant: TestTenant, username: string): TestPerson {
  const person = tenant.people[username];
  if (person === undefined) throw new Error(`${username} does not belong to ${tenant.slug}`);
  return person;
}

const refusals = 'errors { code path }';
const shownMembership = `membership { id role tenant { slug } viewerCan { changeRole remove } } ${refusals}`;
export const shownInvitation = 'id email role state createdAt sentAt sentCount expiresAt closedAt tenant { slug } invitedBy { username } acceptedBy { username }';

/** Changes somebody's role and answers the payload. */
export const changeRole = (graph: TestGraph, token: string | undefined, userId: string, role: string): Promise<Answer['data']> =>
  mutate(graph, 'tenantMemberRoleChange', { userId, role }, shownMembership, { token });
/** Removes somebody and answers the payload. */
export const removeMember = (graph: TestGraph, token: string | undefined, userId: string, reason: string | null = null): Promise<Answer['data']> =>
  mutate(graph, 'tenantMemberRemove', { userId, reason }, `removedUserId ${refusals}`, { token });
/** Leaves a tenant and answers the payload. */
export const leave = (graph: TestGraph, token: string | undefined, tenantId: string | null = null): Promise<Answer['data']> =>
  mutate(graph, 'tenantLeave', { tenantId }, `leftTenantId ${refusals}`, { token });
/** Invites an address and answers the payload. */
export const invite = (graph: TestGraph, token: string | undefined, input: object): Promise<Answer['data']> =>
  mutate(graph, 'tenantMemberInvite', input, `invitation { ${shownInvitation} } ${refusals}`, { token });
/** Accepts an invitation and answers the payload. */
export const accept = (graph: TestGraph, token: string | undefined, input: object): Promise<Answer['data']> =>
  mutate(graph, 'tenantInvitationAccept', input, shownMembership, { token });

/** The code that a mutation which throws stands for, or ALLOWED. */
export const topLevelCode = (payload: Promise<unknown>): Promise<string | undefined> => payload.then(() => 'ALLOWED', (error: Error) => /"code":"(\w+)"/.exec(error.message)?.[1] ?? error.message);

/** The token in the latest mail to an address, as soon as there are so many. */
export async function mailedToken(database: TestDatabase, address: string, count = 1): Promise<string> {
  const { text } = await latestMail(database, address, count);
  const token = /#token=(\S+)/.exec(text)?.[1];
  if (token === undefined) throw new Error(`the mail to ${address} holds no token: ${text}`);
  return token;
}

/** The roles in a tenant by username. */
export async function rolesIn({ owner }: TestDatabase, { id }: TestTenant): Promise<Record<string, string>> {
  const rows = await owner<{ username: string; role: string }[]>`
    select p.username, m.role from tenants.memberships m join users.people p on p.id = m.user_id where m.tenant_id = ${id} order by m.joined_at, m.id`;
  return Object.fromEntries(rows.map(({ username, role }) => [username, role]));
}

/** The services of the tenants subgraph without a graph around them: for races, in which nobody's token gets in the way. */
export interface TestServices {
  readonly parts: TenantsParts;
  as(tenant: TestTenant, person: TestPerson, role?: Role): Acting;
  close(): Promise<void>;
}

/** Puts the services together on a database. */
export function tenantServices(database: TestDatabase, clock: Clock): TestServices {
  const config = parseConfig({ ...testEnvironment(database.url), DATABASE_CONNECTIONS: '10', DATABASE_WAIT_MS: '30000', STATEMENT_TIMEOUT_MS: '30000' }, tenantsSettings);
  const pool = configuredDatabase(config, 'tenants');
  const parts = tenantsParts(config, pool, clock, makeLog({ name: 'tests', level: 'silent', format: 'json' }));
  const client = { address: '192.0.2.1', userAgent: 'Lynx', acceptLanguage: null, acceptEncoding: null, refreshCookie: null };
  return {
    parts,
    as: (tenant, { id }, role = 'ADMIN') => ({
      viewer: { kind: 'person', userId: id as UserId, sessionId: v7() as SessionId, tenantId: tenant.id as TenantId, role, platformAdministrator: false }, // made by the harness
      requestId: 'test',
      client,
      parts,
    }),
    close: () => pool.close(),
  };
}

/** What comes of an act: DONE, or the code of its refusal. Anything else that it throws goes on. */
export async function outcomeOf(act: Promise<unknown>): Promise<string> {
  try {
    await act;
    return 'DONE';
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.name === 'Refusal' || error.name === 'RequestError')) return String(error.code);
    throw error;
  }
}
