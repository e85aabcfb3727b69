import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { TestGraph } from '../harness/graph.ts';
import { startGraph } from '../harness/graph.ts';
import { encryptionKeys, testEnvironment } from '../harness/settings.ts';
import type { TestClock } from '../harness/testClock.ts';
import { testClock } from '../harness/testClock.ts';
import type { TestDatabase } from '../harness/testDatabase.ts';
import { testDatabase } from '../harness/testDatabase.ts';
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
    select distinct split_part(secret_encrypted, '.', 1) as version from sessions.second_factors union select split_part(private_jwk_encrypted, '.', 1) from sessions.signing_keys order by 1`).map(({ version }) => version);

it('everything that was encrypted with an old key opens with the new one alone, once it was written anew', async () => {
  const before = await start(encryptionKeys);
  const people = [await aTwoFactorPerson(before, database), await aTwoFactorPerson(before, database)];
  const [first, second] = people;
  if (first === undefined || second === undefined) throw new Error('nobody was made');
  await before.stop();
  expect(await versions()).toEqual(['1']);

  // Both keys: the old ones are read, new ones are written with the new key.
  const during = await start(`${encryptionKeys},${newKey}`);
  expect((await secondStep(during, await firstStep(during, first), appCode(first.secret, clock))).code).toBeNull();
  expect(await rotate(newKey)).toMatchObject({ code: 1, said: expect.stringContaining('encryption key 1 is not among those configured') });
  expect(await rotate(`${encryptionKeys},${newKey}`)).toMatchObject({ code: 0, said: expect.stringMatching(/^ +2 {2}sessions\.second_factors\n +\d {2}sessions\.signing_keys\nEverything is written with version 2\./) });
  expect(await versions()).toEqual(['2']);
  expect((await rotate(`${encryptionKeys},${newKey}`)).said).toMatch(/^ +0 {2}sessions\.second_factors\n +0 {2}sessions\.signing_keys\n/);
  await during.stop();

  const after = await start(newKey);
  expect((await secondStep(after, await firstStep(after, second), appCode(second.secret, clock))).code).toBeNull();
  await after.stop();
});
