import type { SessionUse } from '@kith/kernel/sessionUse.ts';
import type { SessionsParts } from '../sessionsParts.ts';
import { noteUse } from '../stores/sessionLife.ts';

/** Writes down when sessions were last used, as gateways have gathered it: no more often than once a minute for each. */
export async function noteUseOfSessions({ database }: SessionsParts, uses: readonly SessionUse[]): Promise<void> {
  await database.transaction({ userId: null, tenantId: null }, (tx) => noteUse(tx, uses));
}
