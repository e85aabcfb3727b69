import { statement } from '@kith/drizzle/connection.ts';
import type { Transaction } from '@kith/drizzle/database.ts';
import { dailyActivePeople, dailyStatistics, memberCountChanges, memberCounts } from '@kith/drizzle/tables/tenants.ts';
import type { TenantId, UserId } from '@kith/kernel/ids.ts';
import type { Role } from '@kith/kernel/role.ts';
import type { SQL } from 'drizzle-orm';
import { sql } from 'drizzle-orm';
import type { DailyFigures, MemberCount, UserStatus } from '../domain/statistics.ts';

/** Of the tenants that are asked for, the active one alone. */
const asked = (tenantId: SQL): SQL => sql`${tenantId} = ${sql.placeholder('tenantId')}::uuid and ${tenantId} = any(${sql.placeholder('ids')}::uuid[])`;

/** How many people of each role and status the active tenant has: what was added up and what has changed since. */
export const memberCountsOfTenants = statement<MemberCount>('member counts of tenants', (db) =>
  db
    .select({ tenantId: sql<TenantId>`c.tenant_id`, role: sql<Role>`c.role`, status: sql<UserStatus>`c.status`, members: sql<number>`sum(c.members)::int` })
    .from(
      sql`(select ${memberCounts.tenantId}, ${memberCounts.role}, ${memberCounts.status}, ${memberCounts.members} from ${memberCounts} where ${asked(sql`${memberCounts.tenantId}`)}
        union all
        select ${memberCountChanges.tenantId}, ${memberCountChanges.role}, ${memberCountChanges.status}, ${memberCountChanges.change} from ${memberCountChanges}
        where ${asked(sql`${memberCountChanges.tenantId}`)}) as c`,
    )
    .groupBy(sql`c.tenant_id, c.role, c.status`)
    .prepare('member_counts_of_tenants'),
);

/** What happened in the active tenant day by day, from a day on. */
export const dailyFiguresOfTenants = statement<DailyFigures & { tenantId: TenantId }>('daily figures of tenants', (db) =>
  db
    .select({
      tenantId: dailyStatistics.tenantId,
      day: sql<string>`${dailyStatistics.day}::text`,
      signIns: dailyStatistics.signIns,
      activePeople: dailyStatistics.activePeople,
      joined: dailyStatistics.joined,
      left: dailyStatistics.departed,
    })
    .from(dailyStatistics)
    .where(sql`${asked(sql`${dailyStatistics.tenantId}`)} and ${dailyStatistics.day} >= ${sql.placeholder('since')}::date`)
    .prepare('daily_figures_of_tenants'),
);

/** Counts something that happened once in the tenant of the scope on a day. */
export async function countOnDay(tx: Transaction, tenantId: TenantId, day: string, what: 'sign_ins' | 'joined' | 'departed'): Promise<void> {
  const column = sql.raw(what);
  // Not by Drizzle's insert: that names every column, and who was about is added up by the job.
  await tx.execute(sql`insert into ${dailyStatistics} as d (tenant_id, day, ${column}) values (${tenantId}, ${day}::date, 1)
    on conflict on constraint daily_statistics_pkey do update set ${column} = d.${column} + 1`);
}

/** Notes that somebody was about in the tenant of the scope on a day; once is enough. */
export async function noteActive(tx: Transaction, tenantId: TenantId, day: string, userId: UserId): Promise<void> {
  await tx.execute(sql`insert into ${dailyActivePeople} (tenant_id, day, user_id) values (${tenantId}, ${day}::date, ${userId}) on conflict do nothing`);
}

/** Adds up so many of the changes there are, of all tenants, by the port of the keeper, and forgets who was about before a day. Answers how many rows it took. */
export async function foldCounts(tx: Transaction, rowsMax: number, forgetBefore: string): Promise<number> {
  const [row] = await tx.select({ taken: sql<number>`taken` }).from(sql`tenants.fold_counts(${rowsMax}, ${forgetBefore}::date) as taken`);
  return row?.taken ?? 0;
}
