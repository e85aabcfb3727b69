import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Database } from '@kith/drizzle/database.ts';
import { roleUrl } from '@kith/drizzle/roles.ts';
import { parseConfig } from '@kith/kernel/config.ts';
import { cleanUp } from '@kith/sessions/services/cleaningUp.ts';
import { KeyTooYoung, rotateSigningKeys } from '@kith/sessions/services/rotatingKeys.ts';
import { decodeProtectedHeader } from 'jose';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { TestGraph } from '../harness/graph.ts';
import { startGraph } from '../harness/graph.ts';
import { roleSecret, testEnvironment } from '../harness/settings.ts';
import type { TestClock } from '../harness/testClock.ts';
import { testClock } from '../harness/testClock.ts';
import type { TestDatabase } from '../harness/testDatabase.ts';
import { testDatabase } from '../harness/testDatabase.ts';
import { open, whoIs } from './sessionActs.ts';

const minute = 60;
const accessTokenTtlSeconds = 30 * minute;

let testing: TestDatabase;
let database: Database;
let clock: TestClock;
let graph: TestGraph;
let other: TestGraph;

beforeAll(async () => {
  testing = await testDatabase();
  database = new Database({ url: roleUrl(testing.url, roleSecret, 'sessions'), applicationName: 'test', connections: 2, waitMsMax: 2_000, statementTimeoutMs: 5_000 });
});
afterAll(async () => {
  await database.close();
  await testing.drop();
});
beforeEach(async () => {
  await testing.owner`truncate sessions.signing_keys`;
  clock = testClock();
  graph = await startGraph(testing.url, { clock });
  other = await startGraph(testing.url, { clock });
  await open(graph); // makes the first keys
});
afterEach(() => Promise.all([graph.stop(), other.stop()]).then(() => {}));

const encryptionKeys = parseConfig(testEnvironment('postgres://nobody@localhost/x'), ['ENCRYPTION_KEYS']).ENCRYPTION_KEYS;
const rotate = (compromised = false) => rotateSigningKeys({ database, encryptionKeys, clock, compromised });
const published = async (at: TestGraph = graph): Promise<string[]> => {
  const response = await fetch(`${at.url}/.well-known/jwks.json`);
  const { keys } = (await response.json()) as { keys: { kid: string; d?: string }[] }; // ours to know
  expect(keys.every(({ d }) => d === undefined)).toBe(true);
  return keys.map(({ kid }) => kid).toSorted();
};
const kidOf = (accessToken: string): string => decodeProtectedHeader(accessToken).kid ?? '';
const inState = async (state: string): Promise<string[]> => (await testing.owner`select kid from sessions.signing_keys where state = ${state}`).map(({ kid }) => String(kid));
/** Past what every process remembers of keys. */
const forget = (): void => clock.advanceSeconds(61);

describe('the keys of access tokens', () => {
  it('are two from the beginning: one signs, the next one is known to everybody already', async () => {
    const [signing, next] = [await inState('SIGNING'), await inState('NEXT')];
    expect(kidOf((await open(graph)).accessToken)).toBe(signing[0]);
    expect(await published()).toEqual([...signing, ...next].toSorted());
    expect(await published(other)).toEqual(await published());
  });

  it('change places in a rotation, and tokens of before and after hold in every process all the while', async () => {
    const before = await open(graph);
    const [next] = await inState('NEXT');
    clock.advanceSeconds(5 * minute);
    const rotation = await rotate();
    expect(rotation).toMatchObject({ retired: kidOf(before.accessToken), signing: next });
    // A process that has not looked again still signs with the old one.
    const meanwhile = await open(graph);
    expect(await whoIs(other, meanwhile.accessToken)).toBe('ada');
    forget();
    const after = await open(graph);
    expect(kidOf(after.accessToken)).toBe(next);
    for (const at of [graph, other]) {
      expect(await whoIs(at, before.accessToken)).toBe('ada');
      expect(await whoIs(at, after.accessToken)).toBe('ada');
      expect(await published(at)).toHaveLength(3);
    }
  });

  it.each([
    { seconds: 30, changed: false },
    { seconds: 31, changed: true },
  ])('are looked for again after $seconds s: $changed', async ({ seconds, changed }) => {
    clock.advanceSeconds(10 * minute);
    const first = kidOf((await open(graph)).accessToken);
    await rotate();
    clock.advanceSeconds(seconds);
    expect(kidOf((await open(graph)).accessToken) !== first).toBe(changed);
  });

  it.each([
    { seconds: 5 * minute - 1, refused: true },
    { seconds: 5 * minute, refused: false },
  ])('are rotated $seconds s after the next one was published: refused is $refused', async ({ seconds, refused }) => {
    clock.advanceSeconds(seconds);
    const rotating = rotate();
    await (refused ? expect(rotating).rejects.toThrow(KeyTooYoung) : expect(rotating).resolves.toBeDefined());
  });

  it('would bring tokens that other processes refuse, for seconds, if a key signed before it was published: the age of the next one is asked for with reason', async () => {
    expect(await whoIs(other, (await open(graph)).accessToken)).toBe('ada');
    await rotate(true);
    await rotate(true); // the key made a moment ago, which nobody has seen
    const young = await startGraph(testing.url, { clock });
    try {
      const { accessToken } = await open(young);
      expect(await whoIs(other, accessToken)).toBe('UNAUTHENTICATED');
      clock.advanceSeconds(6);
      expect(await whoIs(other, accessToken)).toBe('UNAUTHENTICATED'); // `published` is remembered here as well
      clock.advanceSeconds(30);
      expect(await whoIs(other, accessToken)).toBe('ada');
    } finally {
      await young.stop();
    }
  });

  it('are rotated once by ten rotations at once', async () => {
    clock.advanceSeconds(10 * minute);
    const outcomes = await Promise.allSettled(Array.from({ length: 10 }, () => rotate()));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect([await inState('SIGNING'), await inState('NEXT'), await inState('RETIRED')].map(({ length }) => length)).toEqual([1, 1, 1]);
  });

  it('stay published after they retired until their last token has expired, and are removed then', async () => {
    clock.advanceSeconds(10 * minute);
    const { retired } = await rotate();
    clock.advanceSeconds(accessTokenTtlSeconds + 30 + 60 - 1);
    expect(await published()).toContain(retired);
    await cleanUp({ database, clock, accessTokenTtlSeconds });
    expect(await inState('RETIRED')).toEqual([retired]);
    forget();
    expect(await published()).not.toContain(retired);
    await cleanUp({ database, clock, accessTokenTtlSeconds });
    expect(await inState('RETIRED')).toEqual([]);
  });

  it('take their tokens with them when they are compromised', async () => {
    const { accessToken } = await open(graph);
    expect(await whoIs(other, accessToken)).toBe('ada');
    const { signing } = await rotate(true);
    expect(await inState('RETIRED')).toEqual([]);
    clock.advanceSeconds(91);
    for (const at of [graph, other]) expect(await whoIs(at, accessToken)).toBe('UNAUTHENTICATED');
    expect(kidOf((await open(graph)).accessToken)).toBe(signing);
  });
});

describe('the command that rotates them', () => {
  const run = promisify(execFile);
  const command = fileURLToPath(import.meta.resolve('@kith/start/rotateKeysCommand.ts'));
  const environment = () => ({ ...process.env, ...testEnvironment(testing.url), NO_COLOR: '1' });

  it('explains itself', async () => {
    const { stdout } = await run(process.execPath, [command, '--help'], { env: environment() });
    expect(stdout).toContain('--compromised');
  });

  it('refuses in a line while the next key is too young, and rotates once it is not', async () => {
    const refused = await run(process.execPath, [command], { env: environment() }).catch((error: { code: number; stderr: string }) => error);
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringMatching(/^The next key has to be published for 5 minutes.*\n$/) });
    await testing.owner`update sessions.signing_keys set created_at = now() - interval '10 minutes'`;
    const [next] = await inState('NEXT');
    const { stdout } = await run(process.execPath, [command], { env: environment() });
    expect(stdout).toContain(`signing  ${next}`);
    expect(await inState('SIGNING')).toEqual([next]);
  });
});
