import type { Transaction } from '@kith/drizzle/database.ts';
import { invitationRequests } from '@kith/drizzle/tables/invitations.ts';
import type { TenantId } from '@kith/kernel/ids.ts';
import { sql } from 'drizzle-orm';
import type { RequestLimit } from '../domain/invitation.ts';

/**
 * Counts that an invitation was asked for in a tenant, under `tenant` or under its address, unless there were too many within the time before now. In
 * one statement, so that it is exact however many ask at once. Answers whether it was counted.
 */
export async function countInvitationRequest(tx: Transaction, tenantId: TenantId, subject: string, limit: RequestLimit, at: Date): Promise<boolean> {
  const since = new Date(at.getTime() - limit.withinMs).toISOString();
  const recent = sql`array(select t from unnest(${invitationRequests.requestedAt}) t where t > ${since}::timestamptz)`;
  const counted = await tx
    .insert(invitationRequests)
    .values({ tenantId, subject, requestedAt: [at], latestAt: at })
    .onConflictDoUpdate({
      target: [invitationRequests.tenantId, invitationRequests.subject],
      set: { requestedAt: sql`${recent} || ${at.toISOString()}::timestamptz`, latestAt: at },
      setWhere: sql`cardinality(${recent}) < ${limit.requestsMax}`,
    })
    .returning({ subject: invitationRequests.subject });
  return counted.length > 0;
}

/** How many invitations to an address were asked for up to a moment, over all tenants: to hold a mail back by, and never to be told. */
export async function countRequestsTo(tx: Transaction, subject: string, { withinMs }: RequestLimit, until: Date): Promise<number> {
  const since = new Date(until.getTime() - withinMs).toISOString();
  const [row] = await tx
    .select({ count: sql<number>`count` })
    .from(sql`tenants.invitation_requests_to(${subject}, ${since}::timestamptz, ${until.toISOString()}::timestamptz) as count`);
  return row?.count ?? 0;
}

/** Forgets so many requests that no limit looks at any more, and answers how many they were. */
export async function forgetRequestsBefore(tx: Transaction, before: Date, limit: number): Promise<number> {
  const [row] = await tx.select({ forgotten: sql<number>`forgotten` }).from(sql`tenants.forget_invitation_requests(${before.toISOString()}::timestamptz, ${limit}) as forgotten`);
  return row?.forgotten ?? 0;
}
