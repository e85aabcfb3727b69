import type { RecordKeys } from '@kith/kernel/recordKeys.ts';
import { newRowId } from '@kith/kernel/ids.ts';
import type { Client } from '@kith/kernel/request.ts';
import { sql } from 'drizzle-orm';
import type { Transaction } from './database.ts';

/**
 * What somebody did, for the audit log of the tenant the transaction is in the scope of. `before` and `after` hold ids, names of states and
 * numbers: never an address, a name or a text of a person's own.
 */
export interface AuditedAct {
  readonly at: Date;
  /** `<what it was done to>.<verb>`, such as `user.suspend`. */
  readonly action: string;
  readonly targetType: string;
  readonly targetId: string;
  readonly before: object | null;
  readonly after: object | null;
  readonly client: Pick<Client, 'address' | 'userAgent'>;
  readonly requestId: string;
}

/** Writes an entry into the audit log, by whoever the transaction speaks for. The last thing a transaction does. */
export async function appendAudit(tx: Transaction, _keys: RecordKeys, act: AuditedAct): Promise<void> {
  await tx.execute(sql`select tenants.write_audit(${newRowId(act.at)}, ${act.at.toISOString()}::timestamptz, ${act.action}, ${act.targetType}, ${act.targetId},
    ${JSON.stringify(act.before)}::jsonb, ${JSON.stringify(act.after)}::jsonb, ${act.client.address}::inet, ${act.client.userAgent?.slice(0, 500) ?? null}, ${act.requestId})`);
}
