import type { Mail } from './mail.ts';
import { code, paragraph } from './parts.ts';
import { plainText } from './plainText.ts';
import { htmlOf } from './rendering.ts';
import { salutation } from './salutation.ts';

/** Writes the mail with the code that proves an address. */
export async function verificationCodeMail(facts: { name: string; code: string; expiresInMinutes: number }): Promise<Mail> {
  const hello = salutation(facts.name);
  const ask = 'Enter this code to confirm that this address is yours:';
  const life = `The code works for ${facts.expiresInMinutes} minutes.`;
  const footnote = 'Somebody registered with this address. If it was not you, do nothing: without the code the address stays unconfirmed. Nobody from Kith will ever ask you for it.';
  return {
    template: 'verification_code',
    subject: 'Your code to confirm your address',
    text: plainText(hello, ask, `    ${facts.code}`, life, footnote),
    html: await htmlOf({
      preview: life,
      heading: 'Confirm your address',
      content: [paragraph(hello), paragraph(ask), code(facts.code), paragraph(life)],
      footnote,
    }),
  };
}
