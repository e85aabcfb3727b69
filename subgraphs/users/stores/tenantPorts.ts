import { statement } from '@kith/drizzle/connection.ts';
import type { Transaction } from '@kith/drizzle/database.ts';
import type { TenantId } from '@kith/kernel/ids.ts';
import { newRowId } from '@kith/kernel/ids.ts';
import { passwordFloorOf, readTenantSettings } from '@kith/kernel/tenantSettings.ts';
import { sql } from 'drizzle-orm';
import type { SignUpRules } from '../domain/signUpRules.ts';

/** What a tenant says about signing up, by the port of tenants. Null when there is none of this name that is active. */
export async function findSignUpRules(tx: Transaction, slug: string): Promise<SignUpRules | null> {
  const [row] = await tx
    .select({ tenantId: sql<TenantId>`tenant_id`, signUp: sql<string>`sign_up`, hidesRegisteredPeople: sql<boolean>`hides_registered_people`, settings: sql<unknown>`settings` })
    .from(sql`tenants.sign_up_rules(${slug})`);
  if (row === undefined) return null;
  const { settings, ...rules } = row;
  return { ...rules, passwordFloor: passwordFloorOf([readTenantSettings(settings)]) };
}

/** Has the person the transaction speaks for join a tenant, by the port of tenants, and answers the membership's id. One that is not open answers by `memberships_sign_up_open`. */
export async function signUpAt(tx: Transaction, tenantId: TenantId, at: Date): Promise<string> {
  const id = newRowId(at);
  await tx.execute(sql`select tenants.sign_up(${id}, ${tenantId}, ${at.toISOString()}::timestamptz)`);
  return id;
}

/** In which of some tenants the viewer belongs, by the port of tenants. */
export const ownTenantsAmong = statement<{ id: TenantId }>('own tenants among', (db) =>
  db.select({ id: sql<TenantId>`id` }).from(sql`tenants.own_among(${sql.placeholder('ids')}::uuid[]) as id`).prepare('own_tenants_among'),
);
