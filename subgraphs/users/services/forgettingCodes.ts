import { forgetExpiredBefore } from '../stores/verificationCodes.ts';
import type { UsersParts } from '../usersParts.ts';

const keptHours = 24;

/** Forgets the addresses that nobody has asked about for a day. */
export async function forgetCodes({ database, clock }: UsersParts): Promise<void> {
  const moment = new Date(clock.now().getTime() - keptHours * 3_600_000);
  await database.transaction({ userId: null, tenantId: null }, (tx) => forgetExpiredBefore(tx, moment));
}
