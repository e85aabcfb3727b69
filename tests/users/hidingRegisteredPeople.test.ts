import { afterAll, beforeAll, expect, it } from 'vitest';
import type { TestGraph } from '../harness/graph.ts';
import { startGraph } from '../harness/graph.ts';
import { latestMail, mailedCode, mailsTo } from '../harness/mailbox.ts';
import { eventually } from '../harness/eventually.ts';
import { generousLimits, goodPassword, mutate, register } from '../harness/registration.ts';
import type { TestDatabase } from '../harness/testDatabase.ts';
import { testDatabase } from '../harness/testDatabase.ts';
import { aTenant } from '../harness/world.ts';

let database: TestDatabase;
let graph: TestGraph;

beforeAll(async () => {
  database = await testDatabase('migrated');
  graph = await startGraph(database.url, { environment: generousLimits });
  const { id } = await aTenant('discreet').withMember('known').withMembers(20).in(database);
  await database.owner`insert into tenants.settings (tenant_id, settings, updated_at) values (${id}, '{"hideRegisteredPeople": true}', now())`;
});
afterAll(async () => {
  await graph.stop();
  await database.drop();
});

const takenAddress = 'known@test.kith.test';
const discreetly = (input: object) => register(graph, { tenant: 'discreet', ...input });
const isAvailable = async (username: string) => (await graph.ask('query ($username: String!) { usernameAvailable(username: $username) }', { username })).data.usernameAvailable;
const signInCode = async (login: string, password: string) => (await mutate(graph, 'sessionSignIn', { login, password })).errors[0]?.code ?? 'SIGNED_IN';

it('a free and a taken address are answered alike, byte for byte', async () => {
  const answers = await Promise.all(
    ['free@kith.example', takenAddress].map((email) =>
      graph.ask('mutation ($input: UserRegisterInput!) { userRegister(input: $input) { user { id } errors { code message path } } }', { input: { email, password: goodPassword, agreeToTerms: true, tenant: 'discreet' } }),
    ),
  );
  expect(answers.map(({ status, data, errors }) => ({ status, data, errors }))).toEqual([0, 1].map(() => ({ status: 200, data: { userRegister: { user: null, errors: [] } }, errors: [] })));
  expect(await database.owner`select status, hidden_until_verified from users.people where email_canonical = 'free@kith.example'`).toEqual([{ status: 'PENDING_VERIFICATION', hidden_until_verified: true }]);
});

it('only the owner of a taken address learns of it, by mail', async () => {
  const mail = await latestMail(database, takenAddress);
  expect(mail).toMatchObject({ template: 'registration_repeated', subject: 'You have an account already' });
  expect(await mailedCode(database, 'free@kith.example')).toMatch(/^\d{6}$/);
});

it('the owner is not flooded: one mail a minute, five an hour', async () => {
  for (let attempt = 0; attempt < 3; attempt += 1) await discreetly({ email: takenAddress });
  for (let minute = 0; minute < 8; minute += 1) {
    graph.clock.advanceSeconds(60);
    await discreetly({ email: takenAddress });
  }
  await eventually(async () => (await database.owner`select id from graphile_worker.jobs where task_identifier = 'users.mail_registration_repeated'`).length, (waiting) => waiting === 0);
  expect(await mailsTo(database, takenAddress)).toHaveLength(5);
});

it('somebody who has yet to prove their address gets another code instead', async () => {
  await discreetly({ email: 'impatient@kith.example' });
  const first = await mailedCode(database, 'impatient@kith.example');
  graph.clock.advanceSeconds(60);
  await discreetly({ email: 'impatient@kith.example' });
  const second = await mailedCode(database, 'impatient@kith.example', 2);
  expect((await latestMail(database, 'impatient@kith.example')).template).toBe('verification_code');
  expect((await mutate(graph, 'userEmailVerify', { email: 'impatient@kith.example', code: first })).errors[0]?.code ?? 'VERIFIED').toBe(first === second ? 'VERIFIED' : 'CODE_INVALID');
});

it('whether a username is taken is told before whether the address is', async () => {
  const taken = await discreetly({ email: takenAddress, username: 'KNOWN' });
  const free = await discreetly({ email: 'unheard.of@kith.example', username: 'KNOWN' });
  expect(taken).toEqual(free);
  expect(taken.errors).toEqual([{ code: 'USERNAME_TAKEN', message: expect.any(String), path: ['input', 'username'] }]);
});

it('whether a username is still free afterwards does not tell either', async () => {
  await discreetly({ email: 'chooser@kith.example', username: 'probe_free' });
  await discreetly({ email: takenAddress, username: 'probe_taken' });
  expect(await Promise.all(['probe_free', 'probe_taken', 'probe_never'].map(isAvailable))).toEqual([false, false, true]);
});

it('nor does the username that is made from an address', async () => {
  await database.owner`update users.people set username = 'elsewise', username_canonical = 'elsewise' where email_canonical = 'member1@test.kith.test'`;
  expect(await Promise.all(['newcomer1', 'member1'].map(isAvailable))).toEqual([true, true]);
  await discreetly({ email: 'newcomer1@kith.example' });
  await discreetly({ email: 'member1@test.kith.test' });
  expect(await Promise.all(['newcomer1', 'member1'].map(isAvailable))).toEqual([false, false]);
});

it('signing in with the password just given does not tell either, until the address is proven', async () => {
  await discreetly({ email: 'later@kith.example' });
  await discreetly({ email: 'member2@test.kith.test' });
  expect(await signInCode('later@kith.example', goodPassword)).toBe('INVALID_CREDENTIALS');
  expect(await signInCode('member2@test.kith.test', goodPassword)).toBe('INVALID_CREDENTIALS');
  const code = await mailedCode(database, 'later@kith.example');
  expect(await mutate(graph, 'userEmailVerify', { email: 'later@kith.example', code }, 'verified errors { code }')).toEqual({ verified: true, errors: [] });
  expect(await signInCode('later@kith.example', goodPassword)).toBe('SIGNED_IN');
});

it('guessing at the code does not tell either: both addresses run out after five attempts', async () => {
  await discreetly({ email: 'guessed@kith.example' });
  await discreetly({ email: 'member3@test.kith.test' });
  await mailedCode(database, 'guessed@kith.example');
  for (const email of ['guessed@kith.example', 'member3@test.kith.test']) {
    const codes: string[] = [];
    for (let attempt = 0; attempt < 7; attempt += 1) codes.push((await mutate(graph, 'userEmailVerify', { email, code: 'wrong!' })).errors[0].code);
    expect(codes).toEqual([...Array.from({ length: 5 }, () => 'CODE_INVALID'), 'TOO_MANY_ATTEMPTS', 'TOO_MANY_ATTEMPTS']);
  }
});

it('free and taken addresses take the same time, of which the measurement would see a difference', async () => {
  const timed = async (input: object): Promise<number> => {
    const startedAt = performance.now();
    await discreetly(input);
    return performance.now() - startedAt;
  };
  const median = (times: number[]): number => times.toSorted((one, another) => one - another)[Math.floor(times.length / 2)] ?? 0;
  const free: number[] = [];
  const taken: number[] = [];
  const skipped: number[] = [];
  for (let round = 0; round < 8; round += 1) {
    free.push(await timed({ email: `timed${round}@kith.example` }));
    taken.push(await timed({ email: `member${round + 10}@test.kith.test` }));
    // Refused before the password is hashed: what taken addresses would look like if they were cut short.
    skipped.push(await timed({ email: `skipped${round}@kith.example`, agreeToTerms: false }));
  }
  console.info(`medians: free ${median(free).toFixed(1)} ms, taken ${median(taken).toFixed(1)} ms, cut short ${median(skipped).toFixed(1)} ms`);
  expect(Math.abs(median(free) - median(taken))).toBeLessThan(50);
  expect(median(free) - median(skipped)).toBeGreaterThan(200);
});
