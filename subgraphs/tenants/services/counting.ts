import type { Consumer } from '@kith/drizzle/consumer.ts';
import { consumer } from '@kith/drizzle/consumer.ts';
import { dayOf } from '../domain/statistics.ts';
import { countOnDay, foldCounts, noteActive } from '../stores/statistics.ts';
import type { TenantsParts } from '../tenantsParts.ts';

/** How many rows one transaction adds up at the most. */
const batchRowsMax = 1_000;
/** For how long it stays known who was about on a day. */
const activeDaysKept = 7;

/** Counts who signs in to a tenant, which is to be about there. */
export function countSignIn({ database }: Pick<TenantsParts, 'database'>): Consumer {
  return consumer('tenants.count_sign_in', database, async (tx, { userId, tenantId, occurredAt }) => {
    if (userId === null || tenantId === null) return;
    await countOnDay(tx, tenantId, dayOf(occurredAt), 'sign_ins');
    await noteActive(tx, tenantId, dayOf(occurredAt), userId);
  });
}

/** Counts who joins a tenant, however they came. */
export function countJoining({ database }: Pick<TenantsParts, 'database'>): Consumer {
  return consumer('tenants.count_joining', database, async (tx, { tenantId, occurredAt }) => {
    if (tenantId !== null) await countOnDay(tx, tenantId, dayOf(occurredAt), 'joined');
  });
}

/** Counts who leaves a tenant or is removed from it. */
export function countLeaving({ database }: Pick<TenantsParts, 'database'>): Consumer {
  return consumer('tenants.count_leaving', database, async (tx, { tenantId, occurredAt }) => {
    if (tenantId !== null) await countOnDay(tx, tenantId, dayOf(occurredAt), 'departed');
  });
}

/** Adds up what has been counted since the last time, a batch at a time, and forgets who was about long ago. */
export async function foldAllCounts({ database, clock }: Pick<TenantsParts, 'database' | 'clock'>, rowsMax = batchRowsMax): Promise<void> {
  const forgetBefore = dayOf(new Date(clock.now().getTime() - activeDaysKept * 86_400_000));
  while ((await database.transaction({ userId: null, tenantId: null }, (tx) => foldCounts(tx, rowsMax, forgetBefore))) === rowsMax);
}
