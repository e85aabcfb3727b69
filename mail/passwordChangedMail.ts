import type { Mail } from './mail.ts';
import { momentInWords } from './moment.ts';
import { button, paragraph } from './parts.ts';
import { plainText } from './plainText.ts';
import { htmlOf } from './rendering.ts';
import { salutation } from './salutation.ts';

/** Writes the mail that tells of a new password. */
export async function passwordChangedMail(facts: { name: string; when: Date; byReset: boolean; resetUrl: string }): Promise<Mail> {
  const hello = salutation(facts.name);
  const how = facts.byReset ? 'with a link from a mail' : 'by somebody who was signed in and knew the old one';
  const what = `The password of your account was changed on ${momentInWords(facts.when)}, ${how}. Every other session was ended.`;
  const otherwise = 'If it was not you, choose a new password at once:';
  const footnote = 'If it was you, there is nothing to do.';
  return {
    template: 'password_changed',
    subject: 'Your password was changed',
    text: plainText(hello, what, `${otherwise}\n${facts.resetUrl}`, footnote),
    html: await htmlOf({
      preview: `On ${momentInWords(facts.when)}.`,
      heading: 'Your password was changed',
      content: [paragraph(hello), paragraph(what), paragraph(otherwise), button('Choose a new password', facts.resetUrl)],
      footnote,
    }),
  };
}
