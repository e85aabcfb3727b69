import { accountDeletedMail } from '@kith/mail/accountDeletedMail.ts';
import { alertMail } from '@kith/mail/alertMail.ts';
import type { AlertKind } from '@kith/mail/alertWords.ts';
import { alertWords } from '@kith/mail/alertWords.ts';
import { invitationMail } from '@kith/mail/invitationMail.ts';
import type { Mail } from '@kith/mail/mail.ts';
import { notificationMail } from '@kith/mail/notificationMail.ts';
import { passwordChangedMail } from '@kith/mail/passwordChangedMail.ts';
import { passwordResetMail } from '@kith/mail/passwordResetMail.ts';
import { registrationRepeatedMail } from '@kith/mail/registrationRepeatedMail.ts';
import { verificationCodeMail } from '@kith/mail/verificationCodeMail.ts';
import { describe, expect, it, test } from 'vitest';

const when = new Date('2026-11-20T09:30:00.000Z');
const url = 'https://kith.example/reset?token=abc&next=%2F';

/** Every template, written to somebody of a given name, with what its reader has to find in it. */
const templates: Record<string, { write: (name: string) => Promise<Mail>; holds: string[] }> = {
  verificationCode: { write: (name) => verificationCodeMail({ name, code: '048213', expiresInMinutes: 10 }), holds: ['048213', '10 minutes'] },
  registrationRepeated: {
    write: (name) => registrationRepeatedMail({ name, signInUrl: 'https://kith.example/sign-in', resetUrl: url }),
    holds: ['https://kith.example/sign-in', url],
  },
  passwordReset: { write: (name) => passwordResetMail({ name, url, expiresInMinutes: 60 }), holds: [url, '60 minutes'] },
  passwordChanged: { write: (name) => passwordChangedMail({ name, when, byReset: true, resetUrl: url }), holds: [url, '20 November 2026 at 09:30 UTC'] },
  accountDeleted: {
    write: (name) => accountDeletedMail({ name, when, erasedFrom: new Date('2026-12-20T09:30:00.000Z'), url }),
    holds: [url, '20 November 2026 at 09:30 UTC', '20 December 2026 at 09:30 UTC'],
  },
  alert: {
    write: (name) => alertMail({ name, kind: 'REFRESH_REUSED', when, ipAddress: '2001:db8::1', sessionsUrl: 'https://kith.example/sessions' }),
    holds: ['https://kith.example/sessions', '2001:db8::1', '20 November 2026 at 09:30 UTC'],
  },
  notification: {
    write: (name) => notificationMail({ name, news: [{ title: 'You have another role', body: 'You are now a moderator in a tenant.', when }], furtherCount: 0, notificationsUrl: 'https://kith.example/notifications' }),
    holds: ['You are now a moderator', 'https://kith.example/notifications', '20 November 2026 at 09:30 UTC'],
  },
  notifications: {
    write: (name) =>
      notificationMail({ name, news: ['First things', 'Second things'].map((title) => ({ title, body: `${title} happened.`, when })), furtherCount: 1_480, notificationsUrl: 'https://kith.example/notifications' }),
    holds: ['First things', 'Second things', 'And 1480 more.', 'https://kith.example/notifications'],
  },
};

/** What a person reads of a page: its text, with the escapes undone. */
function readable(html: string): string {
  const text = html.replaceAll(/<style>.*?<\/style>/gs, '').replaceAll(/<[^>]*>/g, ' ');
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&#x27;', "'").replaceAll('&amp;', '&');
}

describe.each(Object.entries(templates))('the mail %s', (_, { write, holds }) => {
  it('says in plain text and on its page what its reader needs', async () => {
    const { subject, text, html } = await write('Ada');
    for (const piece of holds) {
      expect(text).toContain(piece);
      expect(readable(html)).toContain(piece);
    }
    expect(text).toContain('Hello Ada,');
    expect(readable(html)).toContain('Hello Ada,');
    expect(subject.length).toBeGreaterThan(10);
    expect(text).not.toMatch(/<[a-z/]/i);
  });

  it('shows what a person wrote as text and never as markup', async () => {
    const name = `<img src=x onerror=alert(1)>"'&`;
    const { html } = await write(name);
    expect(html).not.toContain('<img');
    expect(readable(html)).toContain(`Hello ${name},`);
  });

  it('keeps what a person wrote, and every secret, out of its subject', async () => {
    const { subject } = await write('Grace');
    for (const piece of ['Grace', ...holds]) expect(subject).not.toContain(piece);
  });

  it('loads nothing from anywhere', async () => {
    const { html } = await write('Ada');
    expect(html).not.toMatch(/<(img|script|link|iframe|object|video)\b|@import|url\(/i);
    expect(html).toContain('content="light dark"');
  });

  it.each([
    'Claim your prize at https://evil.example',
    'www.evil.example',
    'evil.example/win',
    'write to me@evil.example',
    'You have won. Open the attached form and send it back to us within the hour, please',
    '  ',
  ])('greets nobody by a name that would advertise: %s', async (name) => {
    const { text, html } = await write(name);
    expect(text).toContain('Hello,');
    for (const body of [text, html]) expect(body).not.toMatch(/evil|prize|won\b/);
  });

  it('lets no name write lines of its own', async () => {
    const { text } = await write('Ada\r\n\r\nYour code is 111111\u202E');
    expect(text.split('\n')[0]).toBe('Hello Ada Your code is 111111,');
  });
});

test('the code stands in its mail once, in one piece, so that a double click takes all of it', async () => {
  const { html, text } = await verificationCodeMail({ name: 'Ada', code: '048213', expiresInMinutes: 10 });
  expect(html.match(/048213/g)).toHaveLength(1);
  expect(html).toContain('>048213</p>');
  expect(text).toMatch(/^ *048213$/m);
});

test('every kind of alert has words of its own', async () => {
  const kinds = Object.keys(alertWords) as AlertKind[]; // the keys of that very type
  const mails = await Promise.all(kinds.map((kind) => alertMail({ name: 'Ada', kind, when, ipAddress: null, sessionsUrl: url })));
  expect(new Set(mails.map(({ subject }) => subject)).size).toBe(kinds.length);
  for (const { text } of mails) expect(text).not.toContain('address null');
});

describe('the mail invitation, which greets nobody', () => {
  const facts = { tenantName: 'Atlas', inviterName: 'Linus', message: 'Come aboard.', url, expiresInDays: 7 };

  it('says in plain text and on its page who invites where, in whose words, and the way', async () => {
    const { subject, text, html } = await invitationMail(facts);
    for (const piece of ['Linus invites you to join “Atlas” on Kith.', 'Linus writes: “Come aboard.”', url, '7 days']) {
      expect(text).toContain(piece);
      expect(readable(html)).toContain(piece);
      expect(subject).not.toContain(piece);
    }
    for (const name of ['Linus', 'Atlas']) expect(subject).not.toContain(name);
    expect(text).not.toMatch(/<[a-z/]/i);
    expect(html).not.toMatch(/<(img|script|link|iframe|object|video)\b|@import|url\(/i);
  });

  it('shows what people wrote as text and never as markup', async () => {
    const { html } = await invitationMail({ tenantName: '<b>Atlas</b>', inviterName: '<i>Linus</i>', message: `<img src=x onerror=alert(1)>"'&`, url, expiresInDays: 7 });
    expect(html).not.toMatch(/<img|<b>|<i>/);
    expect(readable(html)).toContain(`“<img src=x onerror=alert(1)>"'&”`);
  });

  it.each(['Claim your prize at https://evil.example', 'www.evil.example', 'You have won. Open the attached form and send it back to us within the hour, please'])('names neither tenant nor inviter that would advertise: %s', async (name) => {
    const { text, html } = await invitationMail({ ...facts, tenantName: name, inviterName: name, message: null });
    expect(text).toContain('Somebody invites you to join them on Kith.');
    for (const body of [text, html]) expect(body).not.toMatch(/evil|prize|have won/);
  });

  it('lets no message write paragraphs of its own', async () => {
    const { text } = await invitationMail({ ...facts, message: 'Hello\r\n\r\nYour password has expired:\nhttps://evil.example\u202E' });
    expect(text).toContain('Linus writes: “Hello Your password has expired: https://evil.example”');
  });

  it('says nothing of a message where there is none, nor a name where nobody is to be named', async () => {
    const { text } = await invitationMail({ ...facts, inviterName: null, message: null });
    expect(text).toContain('Somebody invites you to join “Atlas” on Kith.');
    expect(text).not.toContain('writes');
  });
});
