import type { Consumer } from '@kith/drizzle/consumer.ts';
import { consumer } from '@kith/drizzle/consumer.ts';
import { findAddressee, queueMail } from '@kith/drizzle/mails.ts';
import { passwordChangedMail } from '@kith/mail/passwordChangedMail.ts';
import { passwordResetMail } from '@kith/mail/passwordResetMail.ts';
import { resetPageUrl, resetRule, resetUrl } from '../domain/passwordReset.ts';
import { hashOfSecret } from '../domain/refreshToken.ts';
import { newSecret } from '../domain/secret.ts';
import type { SessionsParts } from '../sessionsParts.ts';
import { addReset } from '../stores/passwordResets.ts';

/**
 * Makes the token that a new password is chosen with, and queues the mail that brings it: the token itself stands in that mail and nowhere
 * else. Its hour began when it was asked for.
 */
export function mailPasswordReset({ database, publicUrl, clock }: SessionsParts): Consumer {
  return consumer('sessions.mail_password_reset', database, async (tx, { userId, occurredAt }) => {
    const addressee = userId === null ? null : await findAddressee(tx, userId);
    if (userId === null || addressee === null) return;
    const token = newSecret('kp');
    await addReset(tx, { tokenHash: hashOfSecret(token), userId, requestedAt: occurredAt, expiresAt: new Date(occurredAt.getTime() + resetRule.lifeMs) });
    const mail = await passwordResetMail({ name: addressee.displayName ?? addressee.username, url: resetUrl(publicUrl, token), expiresInMinutes: resetRule.lifeMs / 60_000 });
    await queueMail(tx, { userId, recipient: addressee.email, ...mail }, clock.now());
  });
}

/** Tells a person that their password was changed. */
export function mailPasswordChanged({ database, publicUrl, clock }: SessionsParts): Consumer {
  return consumer('sessions.mail_password_changed', database, async (tx, { userId, occurredAt, payload }) => {
    const addressee = userId === null ? null : await findAddressee(tx, userId);
    if (addressee === null) return;
    const facts = { name: addressee.displayName ?? addressee.username, when: occurredAt, byReset: payload.byReset, resetUrl: resetPageUrl(publicUrl) };
    await queueMail(tx, { userId, recipient: addressee.email, ...(await passwordChangedMail(facts)) }, clock.now());
  });
}
