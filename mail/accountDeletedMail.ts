import type { Mail } from './mail.ts';
import { momentInWords } from './moment.ts';
import { button, paragraph } from './parts.ts';
import { plainText } from './plainText.ts';
import { htmlOf } from './rendering.ts';
import { salutation } from './salutation.ts';

/** Writes the mail that tells of a deleted account, with the link that brings it back. */
export async function accountDeletedMail(facts: { name: string; when: Date; erasedFrom: Date; url: string }): Promise<Mail> {
  const hello = salutation(facts.name);
  const what = `Your account was deleted on ${momentInWords(facts.when)}. You are signed out everywhere, and nobody finds you any more.`;
  const until = `Until ${momentInWords(facts.erasedFrom)} you can bring it back as it was; after that everything personal is erased for good.`;
  const footnote = 'If you meant to leave, there is nothing to do. Do not pass the link on: whoever opens it brings the account back.';
  return {
    template: 'account_deleted',
    subject: 'Your account was deleted',
    text: plainText(hello, what, until, facts.url, footnote),
    html: await htmlOf({
      preview: `It can be brought back until ${momentInWords(facts.erasedFrom)}.`,
      heading: 'Your account was deleted',
      content: [paragraph(hello), paragraph(what), paragraph(until), button('Bring my account back', facts.url)],
      footnote,
    }),
  };
}
