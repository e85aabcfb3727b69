import { sql } from 'drizzle-orm';
import type { Transaction } from '../../database.ts';
import { loginHistory } from '../../tables/sessions.ts';
import { dailyActivePeople, dailyStatistics, memberships } from '../../tables/tenants.ts';

/** Counts what happened day by day, as events would have had it counted, and adds up what triggers have counted. */
export async function countUp(tx: Transaction): Promise<void> {
  const dayOf = (moment: unknown) => sql`(${moment} at time zone 'utc')::date`;
  const signIns = sql`${loginHistory.failure} is null and ${loginHistory.tenantId} is not null and ${loginHistory.userId} is not null`;
  await tx.execute(sql`insert into ${dailyStatistics} (tenant_id, day, sign_ins, joined)
    select tenant_id, day, sum(sign_ins), sum(joined)
    from (select ${loginHistory.tenantId}, ${dayOf(loginHistory.occurredAt)} as day, 1 as sign_ins, 0 as joined from ${loginHistory} where ${signIns}
          union all
          select ${memberships.tenantId}, ${dayOf(memberships.joinedAt)}, 0, 1 from ${memberships}) as counted
    group by tenant_id, day`);
  await tx.execute(sql`insert into ${dailyActivePeople} (tenant_id, day, user_id)
    select distinct ${loginHistory.tenantId}, ${dayOf(loginHistory.occurredAt)}, ${loginHistory.userId} from ${loginHistory} where ${signIns}`);
  await tx.execute(sql`select tenants.fold_counts(1000000, '-infinity'::date)`);
}
