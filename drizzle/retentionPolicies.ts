import type postgres from 'postgres';

/** For how long one kind of record is kept. */
export interface RetentionRule {
  readonly kind: string;
  readonly keepDays: number;
}

/** Lists for how long what is kept, as the owner of the database. */
export async function listRetention(owner: postgres.Sql): Promise<RetentionRule[]> {
  return owner.begin(async (tx) => {
    await tx`set local role kith_keeper`;
    const rows = await tx<RetentionRule[]>`select kind, keep_days as "keepDays" from kith.retention_policies order by kind`;
    return [...rows];
  });
}

/** Changes for how long a kind of record is kept, as the owner of the database: nobody who serves requests may. Answers false when there is no such kind. */
export async function setRetention(owner: postgres.Sql, { kind, keepDays }: RetentionRule, at: Date): Promise<boolean> {
  return owner.begin(async (tx) => {
    await tx`set local role kith_keeper`;
    const changed = await tx`update kith.retention_policies set keep_days = ${keepDays}, updated_at = ${at} where kind = ${kind}`;
    return changed.count === 1;
  });
}
