import type { Consumer } from '@kith/drizzle/consumer.ts';
import { consumer } from '@kith/drizzle/consumer.ts';
import { findAddressee, queueMail } from '@kith/drizzle/mails.ts';
import { verificationCodeMail } from '@kith/mail/verificationCodeMail.ts';
import { addressHash, codeHash, codeTtlMinutes, newCode } from '../domain/verificationCode.ts';
import { findWaitingAddress, keepCode } from '../stores/verificationCodes.ts';
import type { UsersParts } from '../usersParts.ts';

/**
 * Makes a code for whoever waits to prove their address, and queues the mail that brings it. The code itself stands in that mail and
 * nowhere else. Whoever has proven their address in the meantime gets none.
 */
export function mailVerificationCode({ database, pepper, clock }: UsersParts): Consumer {
  return consumer('users.mail_verification_code', database, async (tx, { userId, tenantId }) => {
    if (userId === null) return;
    const waiting = await findWaitingAddress(tx, userId);
    const addressee = await findAddressee(tx, userId);
    if (waiting === null || addressee === null) return;
    const at = clock.now();
    const code = newCode();
    await keepCode(tx, {
      addressHash: addressHash(pepper, waiting.emailCanonical),
      userId,
      registeredIn: tenantId,
      codeHash: codeHash(pepper, userId, code),
      expiresAt: new Date(at.getTime() + codeTtlMinutes * 60_000),
    });
    const mail = await verificationCodeMail({ name: addressee.displayName ?? addressee.username, code, expiresInMinutes: codeTtlMinutes });
    await queueMail(tx, { userId, recipient: waiting.email, ...mail }, at);
  });
}
