import type { Transaction } from '@kith/drizzle/database.ts';
import { mails } from '@kith/drizzle/tables/users.ts';
import { and, desc, eq, inArray, isNotNull, lt, ne, sql } from 'drizzle-orm';

/** A mail that has still to go out. */
export interface QueuedMail {
  readonly id: string;
  readonly recipient: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly queuedAt: Date;
  /** When it may; null when that is not known yet. */
  readonly turnAt: Date | null;
}

/** What became of a mail. */
export type Settlement = { readonly state: 'SENT' } | { readonly state: 'KEPT' } | { readonly state: 'FAILED'; readonly failure: string };

// Held while turns are given out, so that two processes do not give out the same one. Any number will do, if it is always the same.
const turnsLock = 714_011_104;

/** Has every other process that gives out turns wait until this transaction ends. */
export async function lockTurns(tx: Transaction): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(${turnsLock})`);
}

/** A mail that is queued. Null when it is settled, or not there. */
export async function findQueued(tx: Transaction, id: string): Promise<QueuedMail | null> {
  const [row] = await tx
    .select({
      id: mails.id,
      recipient: mails.recipient,
      subject: mails.subject,
      text: sql<string>`coalesce(${mails.textBody}, '')`,
      html: sql<string>`coalesce(${mails.htmlBody}, '')`,
      queuedAt: mails.queuedAt,
      turnAt: mails.turnAt,
    })
    .from(mails)
    .where(and(eq(mails.id, id), eq(mails.state, 'QUEUED')));
  return row ?? null;
}

/** The n-th of the turns of other mails, counted from the latest. Null when there are fewer. */
export async function findTurn(tx: Transaction, n: number, exceptOf: string): Promise<Date | null> {
  const [row] = await tx
    .select({ turnAt: mails.turnAt })
    .from(mails)
    .where(and(isNotNull(mails.turnAt), ne(mails.id, exceptOf)))
    .orderBy(desc(mails.turnAt))
    .offset(n - 1)
    .limit(1);
  return row?.turnAt ?? null;
}

/** Notes a mail's turn. */
export async function setTurn(tx: Transaction, id: string, turnAt: Date): Promise<void> {
  await tx.update(mails).set({ turnAt }).where(eq(mails.id, id));
}

/** Has the job that sends a mail run again at a later time, by the port of this schema. */
export async function putOff(tx: Transaction, id: string, until: Date): Promise<void> {
  await tx.execute(sql`select users.put_off_mail(${id}, ${until.toISOString()}::timestamptz)`);
}

/** Notes what became of a mail. Of what is not kept for the mailbox the content goes: it holds codes and links that open accounts. */
export async function settle(tx: Transaction, id: string, settlement: Settlement, settledAt: Date): Promise<void> {
  const content = settlement.state === 'KEPT' ? {} : { textBody: null, htmlBody: null };
  await tx.update(mails).set({ ...settlement, ...content, settledAt }).where(and(eq(mails.id, id), eq(mails.state, 'QUEUED')));
}

/** Gives up on mails that nobody has tried to send since a moment: their jobs have used up their attempts. Answers how many it found, of so many at the most. */
export async function giveUp(tx: Transaction, untriedSince: Date, settledAt: Date, limit: number): Promise<number> {
  const found = tx
    .select({ id: mails.id })
    .from(mails)
    .where(and(eq(mails.state, 'QUEUED'), lt(sql`greatest(${mails.queuedAt}, ${mails.turnAt})`, untriedSince.toISOString())))
    .limit(limit);
  const rows = await tx
    .update(mails)
    .set({ state: 'FAILED', failure: 'given up', textBody: null, htmlBody: null, settledAt })
    .where(inArray(mails.id, found))
    .returning({ id: mails.id });
  return rows.length;
}

/** Removes mails that were settled before a moment. Answers how many it removed, of so many at the most. */
export async function removeSettled(tx: Transaction, state: Settlement['state'], before: Date, limit: number): Promise<number> {
  const found = tx.select({ id: mails.id }).from(mails).where(and(eq(mails.state, state), lt(mails.settledAt, before))).limit(limit);
  const rows = await tx.delete(mails).where(inArray(mails.id, found)).returning({ id: mails.id });
  return rows.length;
}

/** A mail that is kept for the mailbox. */
export interface KeptMail {
  readonly id: string;
  readonly recipient: string;
  readonly template: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly queuedAt: Date;
}

const keptColumns = {
  id: mails.id,
  recipient: mails.recipient,
  template: mails.template,
  subject: mails.subject,
  text: sql<string>`coalesce(${mails.textBody}, '')`,
  html: sql<string>`coalesce(${mails.htmlBody}, '')`,
  queuedAt: mails.queuedAt,
};

/** The latest of the mails that are kept, the newest first. */
export function latestKept(tx: Transaction, limit: number): Promise<KeptMail[]> {
  return tx.select(keptColumns).from(mails).where(eq(mails.state, 'KEPT')).orderBy(desc(mails.queuedAt), desc(mails.id)).limit(limit);
}

/** A mail that is kept. */
export async function findKept(tx: Transaction, id: string): Promise<KeptMail | null> {
  const [row] = await tx.select(keptColumns).from(mails).where(and(eq(mails.id, id), eq(mails.state, 'KEPT')));
  return row ?? null;
}
