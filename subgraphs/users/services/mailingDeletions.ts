import type { Consumer } from '@kith/drizzle/consumer.ts';
import { consumer } from '@kith/drizzle/consumer.ts';
import { queueMail } from '@kith/drizzle/mails.ts';
import { accountDeletedMail } from '@kith/mail/accountDeletedMail.ts';
import { hashOfRestoreToken, newRestoreToken, restorableUntil, restoreUrl } from '../domain/accountDeletion.ts';
import { findOwnAddress, keepRestoreToken } from '../stores/deletions.ts';
import type { UsersParts } from '../usersParts.ts';

/**
 * Makes the token that undoes a deletion, and queues the mail that brings it: the token itself stands in that mail and nowhere else. Whoever
 * was brought back in the meantime gets none.
 */
export function mailDeletion({ database, publicUrl, clock }: UsersParts): Consumer {
  return consumer('users.mail_deletion', database, async (tx, { userId, occurredAt }) => {
    const token = newRestoreToken();
    if (userId === null || !(await keepRestoreToken(tx, userId, occurredAt, hashOfRestoreToken(token)))) return;
    const to = await findOwnAddress(tx, userId);
    if (to === null) return;
    const mail = await accountDeletedMail({ name: to.name, when: occurredAt, erasedFrom: restorableUntil(occurredAt), url: restoreUrl(publicUrl, token) });
    await queueMail(tx, { userId, recipient: to.email, ...mail }, clock.now());
  });
}
