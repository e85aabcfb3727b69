import type { Mail } from './mail.ts';
import { button, paragraph } from './parts.ts';
import { plainText } from './plainText.ts';
import { htmlOf } from './rendering.ts';
import { salutation } from './salutation.ts';

/** Writes the mail with the link to choose a new password by. */
export async function passwordResetMail(facts: { name: string; url: string; expiresInMinutes: number }): Promise<Mail> {
  const hello = salutation(facts.name);
  const ask = 'You asked to choose a new password. This is the way:';
  const life = `The link works once, for ${facts.expiresInMinutes} minutes. A new password signs you out everywhere else.`;
  const footnote = 'If you did not ask for this, do nothing: your password stays as it is. Do not pass the link on, whoever asks for it.';
  return {
    template: 'password_reset',
    subject: 'Choose a new password',
    text: plainText(hello, ask, facts.url, life, footnote),
    html: await htmlOf({
      preview: `The link works for ${facts.expiresInMinutes} minutes.`,
      heading: 'Choose a new password',
      content: [paragraph(hello), paragraph(ask), button('Choose a new password', facts.url), paragraph(life)],
      footnote,
    }),
  };
}
