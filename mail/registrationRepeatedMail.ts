import type { Mail } from './mail.ts';
import { button, paragraph } from './parts.ts';
import { plainText } from './plainText.ts';
import { htmlOf } from './rendering.ts';
import { salutation } from './salutation.ts';

/** Writes the mail to somebody whose address was registered with although it has an account: only its owner learns so. */
export async function registrationRepeatedMail(facts: { name: string; signInUrl: string; resetUrl: string }): Promise<Mail> {
  const hello = salutation(facts.name);
  const what = 'Somebody has just tried to register with this address. You have an account already, so no other was made and nothing has changed.';
  const forgotten = 'If you do not remember your password, you can choose a new one.';
  const footnote = 'If it was not you, do nothing. Whoever tried was not told that you have an account.';
  return {
    template: 'registration_repeated',
    subject: 'You have an account already',
    text: plainText(hello, what, `Sign in:\n${facts.signInUrl}`, `${forgotten}\n${facts.resetUrl}`, footnote),
    html: await htmlOf({
      preview: 'No other account was made.',
      heading: 'You have an account already',
      content: [paragraph(hello), paragraph(what), button('Sign in', facts.signInUrl), paragraph(forgotten), button('Choose a new password', facts.resetUrl)],
      footnote,
    }),
  };
}
