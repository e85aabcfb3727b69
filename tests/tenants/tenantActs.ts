import type { Answer, TestGraph } from '../harness/graph.ts';
import { mutate } from '../harness/registration.ts';
import type { TestDatabase } from '../harness/testDatabase.ts';
import type { TestPerson, TestTenant } from '../harness/world.ts';
import { testPassword } from '../harness/world.ts';

/** What the tests of tenants look at. */
export const tenantFields = 'tenant { id name slug status version createdAt branding { logoUrl accentColor } statusReason } errors { code message path }';

/** The code of the top-level error a mutation answers, or ALLOWED. */
export const topLevelCode = (payload: Promise<unknown>): Promise<string | undefined> => payload.then(() => 'ALLOWED', (error: Error) => /"code":"(\w+)"/.exec(error.message)?.[1]);

/** Somebody of a tenant, who must be there. */
export function person(tenant: TestTenant, username: string): TestPerson {
  const found = tenant.people[username];
  if (found === undefined) throw new Error(`${username} is not there`);
  return found;
}

/** Signs somebody in to a tenant. */
export const enter = (graph: TestGraph, login: string, tenant?: string): Promise<string> => graph.signIn(login, { password: testPassword, ...(tenant === undefined ? {} : { tenant }) });

/** Acts on tenants, each by whoever the token is of. */
export const tenantActs = (graph: TestGraph) => {
  const act =
    (name: string, fields = tenantFields) =>
    (input: object, token?: string): Promise<Answer['data']> =>
      mutate(graph, name, input, fields, { token });
  return {
    create: act('tenantCreate'),
    update: act('tenantUpdate'),
    suspend: act('tenantSuspend'),
    reinstate: act('tenantReinstate'),
    remove: act('tenantDelete', 'restorableUntil errors { code message path }'),
    restore: act('tenantRestore'),
    settle: act('tenantSettingsUpdate', `settings { ${settingsFields} } errors { code message path }`),
  };
};

/** Every rule of a tenant. */
export const settingsFields =
  'version signUp hideRegisteredPeople passwordScoreMin passwordLengthMin allowedIpRanges sessionMinutesMax apiPerMinute writesPerMinute updatedAt';

/** The audit log of a tenant as it was written, the first in front. */
export const auditOf = (database: TestDatabase, tenantId: string) =>
  database.owner`select action, actor_id, target_type, target_id, before, after from tenants.audit_entries where tenant_id = ${tenantId} order by occurred_at, id`;

/** The events of a tenant, the first in front. */
export const eventsOf = (database: TestDatabase, tenantId: string) =>
  database.owner<{ name: string; userId: string | null; payload: Record<string, unknown> }[]>`
    select name, user_id as "userId", payload from kith.events where tenant_id = ${tenantId} and name like 'tenant.%' order by occurred_at, id`;
