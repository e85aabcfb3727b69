import type { ReadScope } from '@kith/drizzle/readScope.ts';
import type { Clock } from '@kith/kernel/clock.ts';
import { hashOfInvitationToken } from '@kith/kernel/invitationToken.ts';
import type { InvitationOffer } from '../domain/invitationOffer.ts';
import { offerOfToken } from '../stores/invitationOffers.ts';

/** Finds what the invitation of a token offers, to whoever holds it. Null when it cannot be accepted any more, or never could. */
export async function findOffer(reads: ReadScope, clock: Clock, token: string): Promise<InvitationOffer | null> {
  const hash = hashOfInvitationToken(token);
  if (hash === null) return null;
  const [offer] = await reads.run(offerOfToken, { tokenHash: hash.toString('hex'), now: clock.now().toISOString() });
  return offer ?? null;
}
