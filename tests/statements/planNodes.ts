import type postgres from 'postgres';
import { z } from 'zod';
import type { SentStatement } from '../harness/statementCounter.ts';

/** A node of a plan: what it does, to what, and, when it was run, how many rows it looked at. */
export interface PlanNode {
  readonly type: string;
  readonly relation: string | null;
  readonly index: string | null;
  readonly rowsRead: number;
}

const node = z.looseObject({
  'Node Type': z.string(),
  'Relation Name': z.string().optional(),
  Schema: z.string().optional(),
  'Index Name': z.string().optional(),
  'Actual Rows': z.number().default(0),
  'Actual Loops': z.number().default(0),
  'Rows Removed by Filter': z.number().default(0),
  'Rows Removed by Index Recheck': z.number().default(0),
  get Plans() {
    return z.array(node).default([]);
  },
});
const explained = z.tuple([z.object({ 'QUERY PLAN': z.tuple([z.looseObject({ Plan: node })]) })]);

/** On whose behalf a plan is made. */
export interface PlanScope {
  readonly userId: string;
  readonly tenantId: string;
}

/** Says how PostgreSQL runs a statement for a reader in a scope: with these values, or, `generic`, whatever the values. */
export async function planOf(tx: postgres.TransactionSql, statement: SentStatement, scope: PlanScope, kind: 'run' | 'generic'): Promise<PlanNode[]> {
  await tx`set local role kith_reader`;
  await tx`select set_config('kith.user_id', ${scope.userId}, true), set_config('kith.tenant_id', ${scope.tenantId}, true)`;
  const rows =
    kind === 'generic'
      ? await tx.unsafe(`explain (generic_plan, verbose, format json) ${statement.text}`)
      : await tx.unsafe(`explain (analyze, verbose, format json) ${statement.text}`, statement.parameters as never[]); // the very values the driver was given
  await tx`reset role`;
  return flat(explained.parse([...rows])[0]['QUERY PLAN'][0].Plan);
}

function flat(plan: z.output<typeof node>): PlanNode[] {
  const read = plan['Actual Rows'] + plan['Rows Removed by Filter'] + plan['Rows Removed by Index Recheck'];
  const own: PlanNode = {
    type: plan['Node Type'],
    relation: plan['Relation Name'] === undefined ? null : `${plan.Schema}.${plan['Relation Name']}`,
    index: plan['Index Name'] ?? null,
    rowsRead: Math.round(read * plan['Actual Loops']),
  };
  return [own, ...plan.Plans.flatMap(flat)];
}
