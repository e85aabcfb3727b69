import type { Transaction } from '@kith/drizzle/database.ts';
import type { UserId } from '@kith/kernel/ids.ts';
import { sql } from 'drizzle-orm';
import type { Standing } from '../domain/standing.ts';
import { findMemberships } from './signingIn.ts';

/**
 * How a person stands, by the ports of users and tenants. Holds that still until the transaction ends: a suspension or a change of role
 * at this very moment is waited for, or waits, and then sees the session this transaction opens.
 */
export async function holdStanding(tx: Transaction, userId: UserId): Promise<Standing | null> {
  const [row] = await tx
    .select({ status: sql<Standing['status']>`status`, platformAdministrator: sql<boolean>`platform_administrator` })
    .from(sql`users.hold_standing(${userId})`);
  return row === undefined ? null : { ...row, memberships: await findMemberships(tx, userId) };
}
