import type { Database } from '@kith/drizzle/database.ts';
import type { KeyPiece, MailboxEntry, MailboxSource } from '@kith/kernel/mailbox.ts';
import type { Scope } from '@kith/kernel/viewer.ts';
import type { KeptMail } from '../stores/mails.ts';
import { findKept, latestKept } from '../stores/mails.ts';

/** Mail is shown to a developer, who is nobody in the graph. */
const nobody: Scope = { userId: null, tenantId: null };

/** Makes the mailbox of a database: the mails that were kept since no mail server is configured. */
export function mailboxOf(database: Database): MailboxSource {
  return {
    latest: async (limit) => (await database.transaction(nobody, (tx) => latestKept(tx, limit))).map(entryOf),
    find: async (id) => {
      const mail = await database.transaction(nobody, (tx) => findKept(tx, id));
      return mail === null ? null : { ...entryOf(mail), text: mail.text, html: mail.html };
    },
  };
}

function entryOf({ id, recipient, template, subject, text, queuedAt }: KeptMail): MailboxEntry {
  return { id, recipient, template, subject, queuedAt: queuedAt.toISOString(), keyPiece: keyPieceOf(text) };
}

/** Finds in the text of a mail what its reader is after: a line with nothing but 6 digits, or else the first address. */
function keyPieceOf(text: string): KeyPiece | null {
  const code = /^[ \t]*(\d{6})[ \t]*$/m.exec(text)?.[1];
  if (code !== undefined) return { kind: 'code', value: code };
  const link = /https?:\/\/\S+/.exec(text)?.[0];
  return link === undefined ? null : { kind: 'link', value: link };
}
