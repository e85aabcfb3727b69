import type { Consumer } from '@kith/drizzle/consumer.ts';
import { consumer } from '@kith/drizzle/consumer.ts';
import { findAddressee, queueMail } from '@kith/drizzle/mails.ts';
import { alertMail } from '@kith/mail/alertMail.ts';
import { isMailedAtOnce } from '../domain/alert.ts';
import type { SessionsParts } from '../sessionsParts.ts';
import { findAlert } from '../stores/alerts.ts';

/** Mails the alerts that cannot wait until somebody looks. */
export function mailAlert({ database, publicUrl, clock }: SessionsParts): Consumer {
  return consumer('sessions.mail_alert', database, async (tx, { userId, payload }) => {
    const alert = await findAlert(tx, payload.alertId);
    if (userId === null || alert === null || !isMailedAtOnce(alert.severity)) return;
    const addressee = await findAddressee(tx, userId);
    if (addressee === null) return;
    const { kind, raisedAt: when, ipAddress } = alert;
    const mail = await alertMail({ name: addressee.displayName ?? addressee.username, kind, when, ipAddress, sessionsUrl: `${publicUrl}/sessions` });
    await queueMail(tx, { userId, recipient: addressee.email, ...mail }, clock.now());
  });
}
