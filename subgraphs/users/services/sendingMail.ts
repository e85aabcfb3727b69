import type { Database } from '@kith/drizzle/database.ts';
import type { Clock } from '@kith/kernel/clock.ts';
import type { Scope } from '@kith/kernel/viewer.ts';
import type { MailServer } from '@kith/mail/mailServer.ts';
import { isItsTurn, nextTurn } from '../domain/mailTurn.ts';
import type { QueuedMail, Settlement } from '../stores/mails.ts';
import { findQueued, findTurn, lockTurns, putOff, setTurn, settle } from '../stores/mails.ts';

/** Where mail goes. */
export interface Mailing {
  /** Null where no mail leaves: it is kept for the mailbox instead. */
  readonly server: MailServer | null;
  readonly perHourMax: number;
}

/** What sending a mail needs. */
export interface SendingParts {
  readonly database: Database;
  readonly mailing: Mailing;
  readonly clock: Clock;
}

/** Mail is sent on nobody's behalf. */
const nobody: Scope = { userId: null, tenantId: null };

/**
 * Sends a queued mail, or has it wait when so many have gone out within the hour. Called again for one that is sent it does nothing.
 * Throws `NotDelivered` when it is to be tried again.
 *
 * One window stays open that SMTP cannot close: when this process dies, or loses the database, between the server's yes and our
 * note of it, the mail goes out twice, both times under one Message-ID.
 */
export async function sendMail(parts: SendingParts, mailId: string): Promise<void> {
  const { server } = parts.mailing;
  if (server === null) return note(parts, mailId, { state: 'KEPT' });
  const mail = await takeTurn(parts, mailId);
  if (mail === null) return;
  // Outside any transaction: a slow server must hold no connection and no lock.
  const delivery = await server.deliver(mail);
  await note(parts, mailId, delivery.taken ? { state: 'SENT' } : { state: 'FAILED', failure: delivery.reason });
}

/** Answers the mail when it is to be sent now. Null when it is settled, or has been put off until its turn. */
async function takeTurn({ database, mailing, clock }: SendingParts, mailId: string): Promise<QueuedMail | null> {
  return database.transaction(nobody, async (tx) => {
    await lockTurns(tx);
    const mail = await findQueued(tx, mailId);
    const now = clock.now();
    if (mail === null || isItsTurn(mail.turnAt, now)) return mail;
    const turnAt = nextTurn(await findTurn(tx, mailing.perHourMax, mailId), now);
    await setTurn(tx, mailId, turnAt);
    if (turnAt <= now) return mail;
    await putOff(tx, mailId, turnAt);
    return null;
  });
}

async function note({ database, clock }: SendingParts, mailId: string, settlement: Settlement): Promise<void> {
  await database.transaction(nobody, (tx) => settle(tx, mailId, settlement, clock.now()));
}
