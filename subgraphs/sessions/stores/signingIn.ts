import type { Transaction } from '@kith/drizzle/database.ts';
import { loginHistory, sessions } from '@kith/drizzle/tables/sessions.ts';
import type { TenantId, UserId } from '@kith/kernel/ids.ts';
import type { Role } from '@kith/kernel/role.ts';
import { readTenantSettings } from '@kith/kernel/tenantSettings.ts';
import { sql } from 'drizzle-orm';
import type { Account } from '../domain/signInDecision.ts';

/** Whose account a login names, by the port of users. Needs no scope: nobody is signed in yet. */
export async function findAccount(tx: Transaction, loginCanonical: string): Promise<Omit<Account, 'memberships'> | null> {
  const [row] = await tx
    .select({ userId: sql<UserId>`user_id`, status: sql<Account['status']>`status`, platformAdministrator: sql<boolean>`platform_administrator` })
    .from(sql`users.sign_in_directory(${loginCanonical})`);
  return row ?? null;
}

/** Where a person may act and by which rules, by the port of tenants, the tenant joined first in front. Held still until the transaction ends. */
export async function findMemberships(tx: Transaction, userId: UserId): Promise<Account['memberships']> {
  const rows = await tx
    .select({ tenantId: sql<TenantId>`tenant_id`, slug: sql<string>`slug`, role: sql<Role>`role`, settings: sql<unknown>`settings` })
    .from(sql`tenants.sign_in_memberships(${userId})`);
  return rows.map((row) => ({ ...row, settings: readTenantSettings(row.settings) }));
}

/** Adds a session, in the scope of its person and tenant. */
export async function addSession(tx: Transaction, session: typeof sessions.$inferInsert): Promise<void> {
  await tx.insert(sessions).values(session);
}

/** Writes down an attempt to sign in. */
export async function addLogin(tx: Transaction, login: typeof loginHistory.$inferInsert): Promise<void> {
  await tx.insert(loginHistory).values(login);
}
