import { appendAudit } from '@kith/drizzle/auditLog.ts';
import type { Transaction } from '@kith/drizzle/database.ts';
import type { Acting } from './acting.ts';

/** What somebody does, as far as it is told apart from what anybody else does. */
export interface Deed {
  readonly at: Date;
  readonly action: string;
  readonly targetType: 'user' | 'invitation';
  readonly targetId: string;
  readonly before: { readonly [name: string]: string | null } | null;
  readonly after: { readonly [name: string]: string | null } | null;
}

/** Writes down what somebody does, for the audit log of the tenant the transaction is in the scope of. The last thing a transaction does. */
export async function audit(tx: Transaction, { parts, client, requestId }: Acting, deed: Deed): Promise<void> {
  await appendAudit(tx, parts.records, { ...deed, client, requestId });
}
