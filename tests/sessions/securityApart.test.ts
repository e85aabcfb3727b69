import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '../harness/eventually.ts';
import type { TestGraph } from '../harness/graph.ts';
import { startGraph } from '../harness/graph.ts';
import { latestMail } from '../harness/mailbox.ts';
import { mutate } from '../harness/registration.ts';
import type { TestDatabase } from '../harness/testDatabase.ts';
import { testDatabase } from '../harness/testDatabase.ts';
import { testPassword } from '../harness/world.ts';
import { aPerson, appCode, elsewhere, firstStep, guess, home, secondStep, signedIn, testConditions, trySignIn } from './securityActs.ts';
import { whoIs } from './sessionActs.ts';

let database: TestDatabase;
let graph: TestGraph;

beforeAll(async () => {
  database = await testDatabase('migrated');
  graph = await startGraph(database.url, { topology: 'apart', environment: testConditions });
});
afterAll(async () => {
  await graph.stop();
  await database.drop();
});

const newPassword = 'Lantern-orbit-57-quiet';

// The clock of five processes cannot be set: the codes are those of the present moment.
const clock = { now: () => new Date(), set: () => {}, advanceSeconds: () => {} };

it('run as five processes, the graph takes a person through everything: lock, second factor, history, alerts, change, reset by mail', async () => {
  const person = await aPerson(database);
  const token = await signedIn(graph, person, home);
  await guess(graph, person.username, 6, elsewhere);
  expect((await trySignIn(graph, person.username, testPassword, elsewhere)).code).toBe('ACCOUNT_LOCKED');
  expect((await trySignIn(graph, person.username, testPassword, home)).code).toBeNull();

  const { secret } = await mutate(graph, 'userTwoFactorSetUp', { password: testPassword }, 'secret errors { code }', { token });
  const { backupCodes } = await mutate(graph, 'userTwoFactorConfirm', { code: appCode(secret, clock) }, 'backupCodes errors { code }', { token });
  const second = await secondStep(graph, await firstStep(graph, person), backupCodes[0]);
  expect(second.code).toBeNull();

  const { data } = await graph.ask(
    '{ me { security { twoFactorEnabled backupCodesLeft passwordChangedAt loginHistory(first: 3) { nodes { failure device } totalCount } alerts { nodes { kind severity } totalCount } } } }',
    {},
    { token: second.accessToken ?? '' },
  );
  expect(data.me.security).toMatchObject({
    twoFactorEnabled: true,
    backupCodesLeft: 9,
    passwordChangedAt: expect.any(String),
    loginHistory: { nodes: [{ failure: null, device: 'Firefox on Linux' }, { failure: null }, { failure: 'ACCOUNT_LOCKED' }], totalCount: 10 },
  });
  const kinds: string[] = data.me.security.alerts.nodes.map(({ kind }: { kind: string }) => kind);
  expect(kinds.toSorted()).toEqual(['ACCOUNT_LOCKED', 'BACKUP_CODE_USED', 'MULTIPLE_FAILED_LOGINS', 'TWO_FACTOR_ENABLED']);

  expect((await mutate(graph, 'userPasswordChange', { currentPassword: testPassword, newPassword }, 'errors { code }', { token })).errors).toEqual([]);
  await eventually(() => whoIs(graph, second.accessToken ?? ''), (who) => who === 'UNAUTHENTICATED');
  expect(await whoIs(graph, token)).toBe(person.username);
  expect((await latestMail(database, person.email)).template).toBe('password_changed');

  await mutate(graph, 'userPasswordResetRequest', { email: person.email }, 'errors { code }');
  const mail = await latestMail(database, person.email, 2);
  const reset = /#token=(kp_[\w-]+)/.exec(mail.text)?.[1];
  expect((await mutate(graph, 'userPasswordReset', { token: reset, newPassword: `${newPassword}!` }, 'changed errors { code }')).changed).toBe(true);
  const again = await trySignIn(graph, person.username, `${newPassword}!`, elsewhere);
  expect(again).toMatchObject({ accessToken: null, code: null });
  expect((await secondStep(graph, again.twoFactorToken ?? '', backupCodes[1], elsewhere)).code).toBeNull();
});
