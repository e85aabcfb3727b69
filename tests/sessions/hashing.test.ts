import { boundedQueue } from '@kith/kernel/boundedQueue.ts';
import type { BoundedQueue } from '@kith/kernel/boundedQueue.ts';
import { RequestError } from '@kith/kernel/errors.ts';
import { readImportedHash } from '@kith/kernel/importedHashes.ts';
import type { PasswordHashing } from '@kith/kernel/passwordHashing.ts';
import { passwordHashing } from '@kith/kernel/passwordHashing.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../harness/eventually.ts';
import { startGraph } from '../harness/graph.ts';
import { hashingParameters } from '../harness/settings.ts';
import { testDatabase } from '../harness/testDatabase.ts';
import { aTenant, testPassword } from '../harness/world.ts';

let hashing: PasswordHashing;

beforeAll(async () => {
  hashing = await passwordHashing(hashingParameters);
});

describe('a hash of our own', () => {
  it('is argon2id with 19 MiB and 2 passes, and never the same twice', async () => {
    const [one, other] = await Promise.all([hashing.hash('Violin-7-cactus'), hashing.hash('Violin-7-cactus')]);
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(other).not.toBe(one);
    expect(await hashing.matches('Violin-7-cactus', one)).toBe(true);
    expect(await hashing.matches('violin-7-cactus', one)).toBe(false);
  });

  it('is of no use without the pepper', async () => {
    const other = await passwordHashing({ ...hashingParameters, pepper: 'another pepper, which is as long' });
    expect(await other.matches('Violin-7-cactus', await hashing.hash('Violin-7-cactus'))).toBe(false);
  });

  it('knows a password by its letters, not by how a keyboard wrote them', async () => {
    const composed = 'Caf\u{e9}-cr\u{e8}me-2026';
    expect(await hashing.matches(composed.normalize('NFD'), await hashing.hash(composed))).toBe(true);
  });

  it.each([
    ['more memory', { memoryKib: 20_480 }],
    ['less memory', { memoryKib: 18_432 }],
    ['more passes', { passes: 3 }],
  ])('is to be made anew when it was made with other parameters, and still matches: %s', async (_, change) => {
    const before = await passwordHashing({ ...hashingParameters, ...change });
    const old = await before.hash('Violin-7-cactus');
    expect(await hashing.matches('Violin-7-cactus', old)).toBe(true);
    expect(hashing.needsRehash('Violin-7-cactus', old)).toBe(true);
    expect(hashing.needsRehash('Violin-7-cactus', await hashing.hash('Violin-7-cactus'))).toBe(false);
  });
});

const seventyTwo = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

// Django's and crypt_blowfish's own test vectors, passlib's documentation, and for the two others Python's hashlib.
const vectors = [
  ['Django PBKDF2', 'pbkdf2_sha256', 'l\u{e8}tmein', 'pbkdf2_sha256$260000$seasalt$YlZ2Vggtqdc61YjArZuoApoBh9JNGYoDRBUGu6tcJQo='],
  ['PBKDF2 of 200,000', 'salt$hex', 'l\u{e8}tmein', 'c0ffee5a17$232dd09c863f30c894256d4d8d3f3bdc9b7d31b8ced91aacb5d88f38491ffe95'],
  ['bcrypt 2a', 'bcrypt', 'U*U', '$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW'],
  ['bcrypt 2b', 'bcrypt', 'U*U', '$2b$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW'],
  ['bcrypt 2y', 'bcrypt', 'U*U', '$2y$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW'],
  ['bcrypt of 72 bytes', 'bcrypt', seventyTwo, '$2a$05$abcdefghijklmnopqrstuu5s2v8.iXieOjg/.AySBTTZIIVFJeBui'],
  ['Django scrypt', 'scrypt', 'l\u{e8}tmein', 'scrypt$16384$seasalt$8$1$Qj3+9PPyRjSJIebHnG81TMjsqtaIGxNQG/aEB/NYafTJ7tibgfYz71m0ldQESkXFRkdVCBhhY8mx7rQwite/Pw=='],
  [
    'Werkzeug scrypt',
    'scrypt',
    'l\u{e8}tmein',
    'scrypt:32768:8:1$Kq7wZ1nB4xT9vR2m$8c692957cbb99f430160dc9e9ef8947d087906ba0d75b817301bda9470f1d0124da51f6fc48078947e8df4b607e86ed3ae51f71473e2992af598c1af154e1dd1',
  ],
  ['passlib scrypt', 'scrypt', 'password', '$scrypt$ln=16,r=8,p=1$aM15713r3Xsvxbi31lqr1Q$nFNh2CVHVjNldFVKDHDlm4CbdRSCdEBsjjJxD+iCs5E'],
] as const;

describe.each(vectors)('a hash of another system: %s', (_, format, password, hash) => {
  it('matches its password and no other, is known by its form, and is to be replaced', async () => {
    expect(await hashing.matches(password, hash)).toBe(true);
    expect(await hashing.matches(`x${password}`, hash)).toBe(false);
    expect(await hashing.matches('', hash)).toBe(false);
    expect(readImportedHash(hash)?.format).toBe(format);
    expect(hashing.needsRehash(password, hash)).toBe(true);
  });

  it('matches no more when a sign of it is changed', async () => {
    const last = hash.length - (hash.endsWith('==') ? 4 : 3);
    const altered = `${hash.slice(0, last)}${hash[last] === 'a' ? 'b' : 'a'}${hash.slice(last + 1)}`;
    expect(await hashing.matches(password, altered)).toBe(false);
  });
});

it('a bcrypt hash that saw 72 bytes of a longer password matches it, and is kept: what came behind was never checked', async () => {
  const hash = '$2a$05$abcdefghijklmnopqrstuu5s2v8.iXieOjg/.AySBTTZIIVFJeBui';
  const longer = `${seventyTwo}chars after 72 are ignored`;
  expect(await hashing.matches(longer, hash)).toBe(true);
  expect(hashing.needsRehash(longer, hash)).toBe(false);
});

it.each([
  ['nothing', ''],
  ['the password itself', 'Violin-7-cactus'],
  ['the password behind a salt', 'salt$Violin-7-cactus'],
  ['MD5', '5f4dcc3b5aa765d61d8327deb882cf99'],
  ['salted SHA-1', 'sha1$abc$b3ca31f7a3f5e4b4e1d0f5d1d7e1c1a1a1a1a1a1'],
  ['crypt', '$1$salt$qJH7.N4xYta3aEG/dfqo/0'],
  ['a salt and too few digits', `salt$${'0'.repeat(63)}`],
  ['argon2i', '$argon2i$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$iWh06vD8Fy27wf9npn6FXWiCX4K6pW6Ue1Bnzz07Z8A'],
  ['half of one of our own', '$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQ'],
  ['bcrypt that would take days', '$2b$31$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW'],
  ['bcrypt 2x, which was broken', '$2x$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW'],
  ['PBKDF2 that would take minutes', 'pbkdf2_sha256$9000000$seasalt$YlZ2Vggtqdc61YjArZuoApoBh9JNGYoDRBUGu6tcJQo='],
  ['scrypt of no power of two', 'scrypt$16383$seasalt$8$1$Qj3+9PPyRjSJIebHnG81TMjsqtaIGxNQG/aEB/NYafTJ7tibgfYz71m0ldQESkXFRkdVCBhhY8mx7rQwite/Pw=='],
  ['scrypt that would take gigabytes', '$scrypt$ln=24,r=8,p=1$aM15713r3Xsvxbi31lqr1Q$nFNh2CVHVjNldFVKDHDlm4CbdRSCdEBsjjJxD+iCs5E'],
])('a form nobody knows matches nothing: %s', async (_, hash) => {
  expect(readImportedHash(hash)).toBeNull();
  for (const password of ['Violin-7-cactus', 'password', '', hash]) expect(await hashing.matches(password, hash)).toBe(false);
  expect(hashing.needsRehash('Violin-7-cactus', hash)).toBe(false);
});

describe('the work done', () => {
  const counting = (): BoundedQueue & { runs: number } => ({
    runs: 0,
    run(work) {
      this.runs += 1;
      return work();
    },
  });

  it('is one hash for a person, for nobody, and for a hash that cannot be read', async () => {
    const queue = counting();
    const counted = await passwordHashing(hashingParameters, queue);
    for (const hash of [await hashing.hash('Violin-7-cactus'), null, 'unreadable']) {
      queue.runs = 0;
      await counted.matches('Violin-7-cactus', hash);
      expect(queue.runs).toBe(1);
    }
  });

  it('is none for a password of more than 128 characters', async () => {
    const queue = counting();
    const counted = await passwordHashing(hashingParameters, queue);
    expect(await counted.matches('x'.repeat(129), null)).toBe(false);
    await expect(counted.hash('x'.repeat(129))).rejects.toThrow('too long');
    expect(queue.runs).toBe(0);
    const longest = '\u{1f98a}'.repeat(128);
    expect(await counted.matches(longest, await counted.hash(longest))).toBe(true);
    expect(queue.runs).toBe(2);
  });
});

describe('a bounded queue', () => {
  const refuse = () => new RequestError('RATE_LIMITED', 'full');

  /** Work that ends when it is told to. */
  function held() {
    let end = (): void => {};
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    return { ended, end };
  }

  it('lets so many run and so many wait, and refuses the next at once', async () => {
    const queue = boundedQueue({ concurrency: 2, waitingMax: 3, waitMsMax: 60_000, refuse });
    const { ended, end } = held();
    let running = 0;
    let runningMax = 0;
    const work = async (): Promise<void> => {
      running += 1;
      runningMax = Math.max(runningMax, running);
      await ended;
      running -= 1;
    };
    const accepted = Array.from({ length: 5 }, () => queue.run(work));
    await expect(queue.run(work)).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    end();
    await Promise.all(accepted);
    expect(runningMax).toBe(2);
    await expect(queue.run(() => Promise.resolve('free again'))).resolves.toBe('free again');
  });

  it('does not begin what has waited too long', async () => {
    const queue = boundedQueue({ concurrency: 1, waitingMax: 3, waitMsMax: 20, refuse });
    const { ended, end } = held();
    let begun = false;
    const first = queue.run(() => ended);
    const late = queue.run(() => {
      begun = true;
      return Promise.resolve();
    });
    const since = performance.now();
    await eventually(() => performance.now() - since, (waited) => waited > 20);
    end();
    await first;
    await expect(late).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    expect(begun).toBe(false);
  });

  it('goes on behind work that fails', async () => {
    const queue = boundedQueue({ concurrency: 1, waitingMax: 5, waitMsMax: 60_000, refuse });
    const failing = queue.run(() => Promise.reject(new Error('broken')));
    const next = queue.run(() => Promise.resolve('done'));
    await expect(failing).rejects.toThrow('broken');
    await expect(next).resolves.toBe('done');
  });

  it('keeps the memory of many hashes at once to that of a few', async () => {
    const few = await passwordHashing({ ...hashingParameters, memoryKib: 65_536 }, boundedQueue({ concurrency: 1, waitingMax: 1_000, waitMsMax: 60_000, refuse }));
    const before = process.memoryUsage.rss();
    const rss: number[] = [];
    await Promise.all(Array.from({ length: 24 }, () => few.hash('Violin-7-cactus').then(() => rss.push(process.memoryUsage.rss()))));
    // 64 MiB one at a time; all 24 at once would take 1.5 GiB.
    expect(Math.max(...rss) - before).toBeLessThan(200 * 1_024 * 1_024);
  });
});

it('200 people who sign in at once all get in or are told to wait, while reads are answered and memory stays', async () => {
  const database = await testDatabase('migrated');
  const { people } = await aTenant('rush').withMembers(200, 'rushing').in(database);
  const graph = await startGraph(database.url);
  const token = await graph.signIn('rushing1', { password: testPassword });
  const before = process.memoryUsage.rss();
  const state = { rushing: true };
  const signIn = (login: string) =>
    graph.ask('mutation ($input: SessionSignInInput!) { sessionSignIn(input: $input) { accessToken errors { code } } }', { input: { login, password: testPassword } });
  const rush = Promise.all(Object.keys(people).map(signIn)).finally(() => {
    state.rushing = false;
  });
  const reads: number[] = [];
  let rss = before;
  while (state.rushing) {
    const startedAt = performance.now();
    const { data } = await graph.ask('{ me { username profile { displayName } security { sessions(first: 1) { nodes { id } } } } }', {}, { token });
    expect(data.me.username).toBe('rushing1');
    reads.push(performance.now() - startedAt);
    rss = Math.max(rss, process.memoryUsage.rss());
  }
  const answers = await rush;
  for (const { status, headers, data } of answers) {
    if (status === 200) expect(data.sessionSignIn).toEqual({ accessToken: expect.any(String), errors: [] });
    else expect([status, headers.get('retry-after')]).toEqual([429, '5']);
  }
  // How many depends on the machine; that the rest is told to wait does not.
  expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThan(8);
  // Were reads to wait for the hashes, there would be one or two that take as long as all of it. Every hash at once would take 3.8 GiB.
  expect(reads.length).toBeGreaterThan(5);
  expect(Math.max(...reads)).toBeLessThan(3_000);
  expect(rss - before).toBeLessThan(400 * 1_024 * 1_024);
  if (process.env['KITH_TESTS_FIGURES'] !== undefined) console.log({ signedIn: answers.filter(({ status }) => status === 200).length, reads: reads.length, readMsMax: Math.max(...reads), grownMib: (rss - before) / 1_048_576 });
  await graph.stop();
  await database.drop();
});
