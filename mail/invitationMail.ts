import type { Mail } from './mail.ts';
import { button, paragraph } from './parts.ts';
import { personalName } from './personalName.ts';
import { plainText } from './plainText.ts';
import { htmlOf } from './rendering.ts';

/** What is told of an invitation. Its names and its message are other people's words. */
export interface InvitationFacts {
  readonly tenantName: string;
  /** Whoever invites. Null when there is nobody to name. */
  readonly inviterName: string | null;
  readonly message: string | null;
  readonly url: string;
  readonly expiresInDays: number;
}

// One line, so that a message stays the one paragraph it is shown as and cannot pass for ours. Marks of direction would turn round what stands beside it.
const unprintable = /[\p{Cc}\p{Zl}\p{Zp}\u202A-\u202E\u2066-\u2069]+/gu;

/** Writes the mail with the link to accept an invitation by. It goes to an address, of whose owner nothing is known: it greets nobody by name. */
export async function invitationMail({ tenantName, inviterName, message, url, expiresInDays }: InvitationFacts): Promise<Mail> {
  const who = (inviterName === null ? null : personalName(inviterName)) ?? 'Somebody';
  const where = personalName(tenantName);
  const what = `${who} invites you to join ${where === null ? 'them' : `“${where}”`} on Kith.`;
  const words = message === null ? [] : [`${who} writes: “${message.replaceAll(unprintable, ' ').trim()}”`];
  const life = `The link works once, for ${expiresInDays} days, with this address only. If you have an account already, sign in with it; if not, you make one on the way.`;
  const footnote = 'If you do not know what this is about, do nothing: without the link nobody joins anything in your name. Do not pass the link on.';
  return {
    template: 'invitation',
    subject: 'You have been invited',
    text: plainText('Hello,', what, ...words, url, life, footnote),
    html: await htmlOf({
      preview: `The invitation can be accepted for ${expiresInDays} days.`,
      heading: 'You have been invited',
      content: [paragraph('Hello,'), paragraph(what), ...words.map((text) => paragraph(text)), button('See the invitation', url), paragraph(life)],
      footnote,
    }),
  };
}
