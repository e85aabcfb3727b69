import { statement } from '@kith/drizzle/connection.ts';
import { accounts } from '@kith/drizzle/tables/gamification.ts';
import { sql } from 'drizzle-orm';
import type { Circulation } from '../domain/circulation.ts';

const out = (currency: string) => sql<string>`coalesce(-sum(${accounts.balance}) filter (where ${accounts.currency} = ${sql.raw(`'${currency}'`)}), 0.0000)::text`;

/**
 * The points that are out in the active tenant. All entries of a tenant sum to zero, so what its players have is what its own accounts lack: a handful of
 * rows, however many wallets there are.
 */
export const circulationOfTenants = statement<Circulation>('circulation of tenants', (db) =>
  db
    .select({ tenantId: accounts.tenantId, sparklePoints: out('SPARKLE'), premiumPoints: out('PREMIUM') })
    .from(accounts)
    .where(sql`${accounts.tenantId} = ${sql.placeholder('tenantId')}::uuid and ${accounts.tenantId} = any(${sql.placeholder('ids')}::uuid[]) and ${accounts.playerId} is null`)
    .groupBy(accounts.tenantId)
    .prepare('circulation_of_tenants'),
);
