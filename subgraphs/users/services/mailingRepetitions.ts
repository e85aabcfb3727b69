import type { Consumer } from '@kith/drizzle/consumer.ts';
import { consumer } from '@kith/drizzle/consumer.ts';
import { findAddressee, queueMail } from '@kith/drizzle/mails.ts';
import { registrationRepeatedMail } from '@kith/mail/registrationRepeatedMail.ts';
import type { UsersParts } from '../usersParts.ts';

/** Tells the owner of an address that somebody registered with it once more: only they learn that they have an account. */
export function mailRegistrationRepeated({ database, publicUrl, clock }: UsersParts): Consumer {
  return consumer('users.mail_registration_repeated', database, async (tx, { userId }) => {
    const addressee = userId === null ? null : await findAddressee(tx, userId);
    if (addressee === null) return;
    const url = publicUrl.replace(/\/$/, '');
    const urls = { signInUrl: `${url}/sign-in`, resetUrl: `${url}/password-reset` };
    const mail = await registrationRepeatedMail({ name: addressee.displayName ?? addressee.username, ...urls });
    await queueMail(tx, { userId, recipient: addressee.email, ...mail }, clock.now());
  });
}
