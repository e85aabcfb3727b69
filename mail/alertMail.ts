import type { AlertKind } from './alertWords.ts';
import { alertWords } from './alertWords.ts';
import type { Mail } from './mail.ts';
import { momentInWords } from './moment.ts';
import { button, paragraph } from './parts.ts';
import { plainText } from './plainText.ts';
import { htmlOf } from './rendering.ts';
import { salutation } from './salutation.ts';

/** Writes the mail that tells of a security alert. */
export async function alertMail(facts: { name: string; kind: AlertKind; when: Date; ipAddress: string | null; sessionsUrl: string }): Promise<Mail> {
  const hello = salutation(facts.name);
  const { title, what, advice } = alertWords[facts.kind];
  const from = facts.ipAddress === null ? '' : `, from the address ${facts.ipAddress}`;
  const when = `That was on ${momentInWords(facts.when)}${from}.`;
  const footnote = 'You get this mail because it concerns the safety of your account. It cannot be switched off.';
  return {
    template: 'security_alert',
    subject: title,
    text: plainText(hello, `${what} ${when}`, advice, `Your sessions and alerts:\n${facts.sessionsUrl}`, footnote),
    html: await htmlOf({
      preview: when,
      heading: title,
      content: [paragraph(hello), paragraph(`${what} ${when}`), paragraph(advice), button('See your sessions and alerts', facts.sessionsUrl)],
      footnote,
    }),
  };
}
