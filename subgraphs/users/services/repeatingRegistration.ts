import { announce } from '@kith/drizzle/announce.ts';
import type { Transaction } from '@kith/drizzle/database.ts';
import { eventOf } from '@kith/kernel/events.ts';
import type { Registration } from '../domain/registration.ts';
import type { Username } from '../domain/username.ts';
import { repeatRegistration } from '../stores/registrations.ts';
import { isFreeForAnybody } from '../stores/usernames.ts';
import { findWaitingAt } from '../stores/verificationCodes.ts';
import type { UsersParts } from '../usersParts.ts';
import { usernameTaken } from './usernameTaken.ts';
import { askForCode } from './verifying.ts';

/**
 * Goes through a registration at a tenant that hides who is registered, when the address has an account already: its owner gets a
 * mail, as often as codes may be asked for, and a name is set aside as if somebody new had got it. Refuses USERNAME_TAKEN, as it would
 * have been refused had the address been free.
 */
export async function repeatHidden({ database, clock, pepper }: UsersParts, { draft, tenant, requestId }: Registration): Promise<void> {
  const at = clock.now();
  const { canonical } = draft.email;
  await database.transaction({ userId: null, tenantId: null }, async (tx) => {
    const userId = await repeatRegistration(tx, canonical, await firstFree(tx, draft.usernames, at), at);
    if (!(await askForCode(tx, pepper, canonical, at))) return;
    const subject = { occurredAt: at, userId, tenantId: tenant?.tenantId ?? null, requestId };
    // Whoever has not proven the address yet needs another code, not the advice to sign in.
    const waiting = (await findWaitingAt(tx, canonical)) !== null;
    await announce(tx, waiting ? eventOf('user.verification_requested', subject, {}) : eventOf('user.registration_repeated', subject, {}));
  });
}

async function firstFree(tx: Transaction, usernames: readonly Username[], at: Date): Promise<Username> {
  for (const username of usernames) if (await isFreeForAnybody(tx, username, at)) return username;
  throw usernameTaken();
}
