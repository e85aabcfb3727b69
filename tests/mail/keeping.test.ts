import { clearMails } from '@kith/users/services/clearingMails.ts';
import { sendMail } from '@kith/users/services/sendingMail.ts';
import { mailboxOf } from '@kith/users/services/showingMails.ts';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { eventually } from '../harness/eventually.ts';
import type { TestClock } from '../harness/testClock.ts';
import { testClock } from '../harness/testClock.ts';
import type { TestDatabase } from '../harness/testDatabase.ts';
import { testDatabase } from '../harness/testDatabase.ts';
import type { MailSetup } from './mailSetup.ts';
import { content, mailSetup } from './mailSetup.ts';

let database: TestDatabase;
let clock: TestClock;
let setup: MailSetup;

beforeEach(async () => {
  database = await testDatabase('migrated');
  clock = testClock();
  setup = await mailSetup(database, clock, {});
});
afterEach(async () => {
  await setup.stop();
  await database.drop();
});

const asKeeper = <T>(work: (tx: TestDatabase['owner']) => Promise<T>) =>
  database.owner.begin(async (tx) => {
    await tx`set local role kith_keeper`;
    return work(tx as unknown as TestDatabase['owner']); // a transaction asks the way its client does
  });
const count = (state: string) => asKeeper(async (tx) => (await tx<{ count: number }[]>`select count(*)::int from users.mails where state = ${state}::users.mail_state`)[0]?.count);
const put = (state: string, rows: number, settledAt: Date) =>
  asKeeper((tx) => tx`insert into users.mails (id, recipient, template, subject, state, queued_at, settled_at)
    select gen_random_uuid(), 'ada@kith.example', 'test', 'Old', ${state}::users.mail_state, ${settledAt}, case when ${state} = 'QUEUED' then null else ${settledAt}::timestamptz end
    from generate_series(1, ${rows})`);
const daysAgo = (days: number) => new Date(clock.now().getTime() - days * 86_400_000);

it('without a mail server mail is kept whole, and the mailbox shows it, the newest first', async () => {
  await setup.runJobs();
  await setup.queue('ada@kith.example');
  clock.advanceSeconds(1);
  await setup.queue('grace@kith.example');
  await eventually(setup.mails, (rows) => rows.length === 2 && rows.every(({ state }) => state === 'KEPT'));
  const mailbox = mailboxOf(setup.database);
  const [newest, older] = await mailbox.latest(10);
  expect([newest?.recipient, older?.recipient]).toEqual(['grace@kith.example', 'ada@kith.example']);
  expect(await mailbox.latest(1)).toEqual([newest]);
  expect(await mailbox.find(older?.id ?? '')).toEqual({ ...older, text: content.text, html: content.html });
});

it.each([
  ['Enter it:\n\n    048213\n\nIt is yours.', { kind: 'code', value: '048213' }],
  ['Open this:\nhttps://kith.example/reset?token=abc\n', { kind: 'link', value: 'https://kith.example/reset?token=abc' }],
  ['It is 048213, or so they say.', null],
  ['Nothing to do.', null],
])('the mailbox says what the reader of a mail is after: %j', async (text, keyPiece) => {
  await setup.queue('ada@kith.example');
  await asKeeper((tx) => tx`update users.mails set text_body = ${text}`);
  const [mail] = await setup.mails();
  await sendMail(setup.parts, mail?.id ?? '');
  const [entry] = await mailboxOf(setup.database).latest(1);
  expect(entry?.keyPiece).toEqual(keyPiece);
});

it('the mailbox shows no mail that went out or has still to', async () => {
  await put('SENT', 1, daysAgo(0));
  await put('FAILED', 1, daysAgo(0));
  await setup.queue('ada@kith.example');
  const mailbox = mailboxOf(setup.database);
  expect(await mailbox.latest(10)).toEqual([]);
  for (const { id } of await setup.mails()) expect(await mailbox.find(id)).toBeNull();
});

it.each([
  ['KEPT', 7],
  ['SENT', 30],
  ['FAILED', 30],
])('mail that was %s is removed after %i days and not before', async (state, days) => {
  await put(state, 2_500, daysAgo(days + 0.01));
  await put(state, 3, daysAgo(days - 0.01));
  await clearMails(setup.parts);
  expect(await count(state)).toBe(3);
});

it('mail that could not be sent in two days is given up, its content gone, while mail that waits for its turn is not', async () => {
  await put('QUEUED', 1_001, daysAgo(2.01));
  await put('QUEUED', 1, daysAgo(1.9));
  await put('QUEUED', 1, daysAgo(1.8));
  await asKeeper((tx) => tx`update users.mails set queued_at = ${daysAgo(3)}, turn_at = ${daysAgo(-1)} where queued_at = ${daysAgo(1.8)}`);
  await clearMails(setup.parts);
  expect(await count('FAILED')).toBe(1_001);
  expect(await count('QUEUED')).toBe(2);
});
