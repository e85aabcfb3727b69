import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { decryptField } from '@kith/kernel/fieldEncryption.ts';
import { pushTokenPlace } from '@kith/users/domain/pushToken.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { TestGraph } from '../harness/graph.ts';
import { startGraph } from '../harness/graph.ts';
import { mutate } from '../harness/registration.ts';
import { encryptionKeys, testEnvironment } from '../harness/settings.ts';
import type { TestClock } from '../harness/testClock.ts';
import { testClock } from '../harness/testClock.ts';
import type { TestDatabase } from '../harness/testDatabase.ts';
import { testDatabase } from '../harness/testDatabase.ts';
import { aTenant, testPassword } from '../harness/world.ts';
import { aTwoFactorPerson, appCode, firstStep, secondStep, testConditions } from './securityActs.ts';

const command = fileURLToPath(new URL('../../start/rotateEncryptionCommand.ts', import.meta.url));
const newKey = `2:${Buffer.alloc(32, 9).toString('base64')}`;
const clock: TestClock = testClock();

let database: TestDatabase;

beforeAll(async () => {
  database = await testDatabase('migrated');
});
afterAll(async () => {
  await database.drop();
});

const start = (keys: string): Promise<TestGraph> => startGraph(database.url, { clock, environment: { ...testConditions, ENCRYPTION_KEYS: keys } });

async function rotate(keys: string): Promise<{ code: number | null; said: string }> {
  const child = spawn(process.execPath, [command], { env: { ...process.env, ...testEnvironment(database.url), ENCRYPTION_KEYS: keys, NO_COLOR: '1' } });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (said += text));
  return { code: await new Promise<number | null>((resolve) => child.once('close', resolve)), said };
}

const versions = async (): Promise<string[]> =>
  (await database.owner<{ version: string }[]>`
    select distinct split_part(secret_encrypted, '.', 1) as version from sessions.second_factors union select split_part(private_jwk_encrypted, '.', 1) from sessions.signing_keys
    union select split_part(number_encrypted, '.', 1) from users.phone_numbers union select split_part(token_encrypted, '.', 1) from users.push_tokens order by 1`).map(({ version }) => version);

/** Gives somebody who signs in with a password alone a phone number and a device, and answers their token. */
async function aPhoneAndADevice(graph: TestGraph): Promise<string> {
  await aTenant('phones').withMember('vera').in(database);
  const token = await graph.signIn('vera', { password: testPassword });
  await mutate(graph, 'userPhoneNumberChange', { phoneNumber: '+351 912 345 678' }, 'errors { code }', { token });
  await mutate(graph, 'pushTokenRegister', { token: 'the-token-of-a-phone', platform: 'IOS' }, 'errors { code }', { token });
  return token;
}

it('everything that was encrypted with an old key opens with the new one alone, once it was written anew', async () => {
  const before = await start(encryptionKeys);
  const people = [await aTwoFactorPerson(before, database), await aTwoFactorPerson(before, database)];
  const [first, second] = people;
  if (first === undefined || second === undefined) throw new Error('nobody was made');
  const token = await aPhoneAndADevice(before);
  await before.stop();
  expect(await versions()).toEqual(['1']);

  // Both keys: the old ones are read, new ones are written with the new key.
  const during = await start(`${encryptionKeys},${newKey}`);
  expect((await secondStep(during, await firstStep(during, first), appCode(first.secret, clock))).code).toBeNull();
  expect(await rotate(newKey)).toMatchObject({ code: 1, said: expect.stringContaining('encryption key 1 is not among those configured') });
  expect(await rotate(`${encryptionKeys},${newKey}`)).toMatchObject({ code: 0, said: expect.stringMatching(/^ +2 {2}sessions\.second_factors\n +\d {2}sessions\.signing_keys\n +1 {2}users\.phone_numbers\n +1 {2}users\.push_tokens\nEverything is written with version 2\./) });
  expect(await versions()).toEqual(['2']);
  expect((await rotate(`${encryptionKeys},${newKey}`)).said).toMatch(/^( +0 {2}\w+\.\w+\n){4}Everything/);
  await during.stop();

  const after = await start(newKey);
  expect((await secondStep(after, await firstStep(after, second), appCode(second.secret, clock))).code).toBeNull();
  expect((await after.ask('{ me { phoneNumber } }', {}, { token })).data.me.phoneNumber).toBe('+351912345678');
  const [device] = await database.owner<{ id: string; encrypted: string }[]>`select id, token_encrypted as encrypted from users.push_tokens`;
  expect(decryptField(new Map([[2, Buffer.alloc(32, 9)]]), pushTokenPlace(device?.id ?? ''), device?.encrypted ?? '')).toBe('the-token-of-a-phone');
  await after.stop();
});
