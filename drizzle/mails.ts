import type { UserId } from '@kith/kernel/ids.ts';
import { sql } from 'drizzle-orm';
import { v7 } from 'uuid';
import type { Transaction } from './database.ts';

/** A mail as it goes out: one subject, the same content twice. */
export interface OutgoingMail {
  /** Whom it is about; null for an address that belongs to nobody yet. */
  readonly userId: UserId | null;
  readonly recipient: string;
  /** The name of its template, for counting and for the mailbox. */
  readonly template: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** Queues a mail in the transaction of what it tells of, by the port of users: it is sent once that is kept, and not otherwise. */
export async function queueMail(tx: Transaction, mail: OutgoingMail, queuedAt: Date): Promise<void> {
  await tx.execute(sql`select users.queue_mail(${v7({ msecs: queuedAt.getTime() })}, ${mail.userId}::uuid, ${mail.recipient}, ${mail.template}, ${mail.subject},
    ${mail.text}, ${mail.html}, ${queuedAt.toISOString()}::timestamptz)`);
}

/** Whom to write to, and how to address them. */
export interface Addressee {
  readonly email: string;
  readonly username: string;
  readonly displayName: string | null;
  readonly locale: string;
}

/** Whom to write to about an account, by the port of users. Null when it is deleted. */
export async function findAddressee(tx: Transaction, userId: UserId): Promise<Addressee | null> {
  const [row] = await tx
    .select({ email: sql<string>`email`, username: sql<string>`username`, displayName: sql<string | null>`display_name`, locale: sql<string>`locale` })
    .from(sql`users.addressee(${userId})`);
  return row ?? null;
}
