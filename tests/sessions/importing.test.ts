import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TestGraph } from '../harness/graph.ts';
import { startGraph } from '../harness/graph.ts';
import { testEnvironment } from '../harness/settings.ts';
import type { TestDatabase } from '../harness/testDatabase.ts';
import { testDatabase } from '../harness/testDatabase.ts';
import { testConditions, trySignIn } from './securityActs.ts';

const command = fileURLToPath(new URL('../../start/importCredentialsCommand.ts', import.meta.url));

/** Hashes of other systems, and the password they are of. */
const hashes = {
  django: ['l\u{e8}tmein', 'pbkdf2_sha256$260000$seasalt$YlZ2Vggtqdc61YjArZuoApoBh9JNGYoDRBUGu6tcJQo='],
  plain: ['l\u{e8}tmein', 'c0ffee5a17$232dd09c863f30c894256d4d8d3f3bdc9b7d31b8ced91aacb5d88f38491ffe95'],
  bcrypt: ['U*U', '$2y$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW'],
  scrypt: ['l\u{e8}tmein', 'scrypt$16384$seasalt$8$1$Qj3+9PPyRjSJIebHnG81TMjsqtaIGxNQG/aEB/NYafTJ7tibgfYz71m0ldQESkXFRkdVCBhhY8mx7rQwite/Pw=='],
} as const;

let database: TestDatabase;
let graph: TestGraph;

beforeAll(async () => {
  database = await testDatabase('demo');
  graph = await startGraph(database.url, { environment: testConditions });
});
afterAll(async () => {
  await graph.stop();
  await database.drop();
});

/** Runs the command and answers what it said, without colours, and how it ended. */
async function run(lines: readonly unknown[], ...options: string[]): Promise<{ code: number | null; said: string[] }> {
  const path = join(tmpdir(), `kith-import-${process.pid}.ndjson`);
  await writeFile(path, lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n'));
  const child = spawn(process.execPath, [command, path, ...options], { env: { ...process.env, ...testEnvironment(database.url), NO_COLOR: '1' } });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, said: output.trim().split('\n') };
}

const people = async (): Promise<number> => (await database.owner`select id from users.people`).length;
const personOf = async (email: string) => (await database.owner`select p.*, f.display_name from users.people p join users.profiles f on f.user_id = p.id join users.preferences r on r.user_id = p.id where p.email_canonical = ${email}`)[0];

describe('importing people', () => {
  it('lets each of them in with the password they had, and hashes it anew', async () => {
    const lines = Object.entries(hashes).map(([name, [, passwordHash]]) => ({ email: `${name}@import.test`, username: `imported_${name}`, displayName: `Imported ${name}`, emailVerified: true, createdAt: '2020-02-03T04:05:06Z', passwordHash }));
    const { code, said } = await run(lines);
    expect(said.slice(0, 5)).toEqual(['imported  line 1', 'imported  line 2', 'imported  line 3', 'imported  line 4', '4 people imported, 0 lines refused.']);
    expect(code).toBe(0);
    expect(await personOf('django@import.test')).toMatchObject({ status: 'ACTIVE', display_name: 'Imported django', created_at: new Date('2020-02-03T04:05:06Z'), email_verified_at: new Date('2020-02-03T04:05:06Z') });
    for (const [name, [password]] of Object.entries(hashes)) {
      expect((await trySignIn(graph, `imported_${name}`, `${password}!`)).code).toBe('INVALID_CREDENTIALS');
      expect((await trySignIn(graph, `${name}@IMPORT.test`, password)).code).toBeNull();
      expect((await trySignIn(graph, `imported_${name}`, password)).code).toBeNull();
    }
    const kept = await database.owner<{ password_hash: string }[]>`select c.password_hash from sessions.credentials c join users.people p on p.id = c.user_id where p.email_canonical like '%@import.test'`;
    for (const { password_hash: hash } of kept) expect(hash).toMatch(/^\$argon2id\$/);
  });

  it('tells how long the slowest hash takes to check, and which setting that is for', async () => {
    const { said } = await run([{ email: 'slow@import.test', passwordHash: hashes.django[1] }], '--dry-run');
    expect(said.join('\n')).toMatch(/pbkdf2_sha256: 1, about \d+ ms to check\nWhile there are such hashes, let SIGN_IN_REFUSAL_MS be well above \d+\.$/);
  });

  it('refuses the lines that cannot be, says why, names nobody, and takes all others', async () => {
    const passwordHash = hashes.django[1];
    const { code, said } = await run([
      { email: 'first@refusals.test', passwordHash },
      'not JSON',
      { email: 'no address', passwordHash },
      { email: 'second@refusals.test', passwordHash: 'MD5' },
      { email: 'third@refusals.test', passwordHash, username: 'a b' },
      { email: 'ada@kith.test', passwordHash },
      { email: 'fourth@refusals.test', passwordHash, username: 'ADA' },
      { email: 'FIRST@refusals.test', passwordHash },
      { email: 'fifth@refusals.test' },
      { email: 'sixth@refusals.test', passwordHash, isAdmin: true },
      '',
      { email: 'last@refusals.test', passwordHash },
    ]);
    expect(code).toBe(1);
    expect(said.slice(0, 11).map((line) => line.replace(/^(\w+) +line (\d+).*?(: .*)?$/, '$1 $2$3'))).toEqual([
      'imported 1',
      expect.stringContaining('refused 2: '),
      'refused 3: email: is none',
      'refused 4: passwordHash: has a form that cannot be checked here, or one that would take too long',
      'refused 5: username: takes 3 to 50 letters, digits and underscores',
      'refused 6: email: somebody has it already',
      'refused 7: username: somebody has it already',
      'refused 8: email or username: stood in an earlier line',
      expect.stringContaining('refused 9: passwordHash'),
      expect.stringContaining('refused 10: '),
      'imported 12',
    ]);
    expect(said[11]).toBe('2 people imported, 9 lines refused.');
    expect(said.join('\n')).not.toMatch(/refusals\.test|pbkdf2_sha256\$/);
  });

  it('finds a name for who has none, another one where that is taken, and waits for their address to be proven', async () => {
    const passwordHash = hashes.django[1];
    await run([{ email: 'ada@elsewhere.test', passwordHash }, { email: 'nobody.else@elsewhere.test', passwordHash }]);
    expect((await personOf('ada@elsewhere.test'))?.['username']).toMatch(/^ada_[a-z0-9]{4}$/);
    expect(await personOf('nobody.else@elsewhere.test')).toMatchObject({ username: 'nobody_else', status: 'PENDING_VERIFICATION', email_verified_at: null });
  });

  it('tried only, keeps nothing and says the same', async () => {
    const lines = [{ email: 'trial@import.test', passwordHash: hashes.bcrypt[1] }, { email: 'ada@kith.test', passwordHash: hashes.bcrypt[1] }];
    const before = await people();
    const { code, said } = await run(lines, '--dry-run');
    expect(await people()).toBe(before);
    expect(said.slice(0, 3)).toEqual(['imported  line 1', 'refused   line 2: email: somebody has it already', '1 person would be imported, 1 line refused.']);
    expect(code).toBe(1);
  });

  it('takes some thousands in batches, goes on where it ended when run again, and can keep quiet about what went well', async () => {
    const lines = Array.from({ length: 2_000 }, (_, index) => ({ email: `many${index}@import.test`, passwordHash: hashes.bcrypt[1] }));
    const before = await people();
    await run(lines.slice(0, 700));
    const { said } = await run(lines, '--quiet');
    expect(await people()).toBe(before + 2_000);
    expect(said.filter((line) => line.startsWith('refused'))).toHaveLength(700);
    expect(said).toContain('1300 people imported, 700 lines refused.');
  });

  it('explains itself, and says plainly when there is no such file or no database', async () => {
    const help = await run([], '--help');
    expect(help.code).toBe(0);
    for (const word of ['--dry-run', 'pbkdf2_sha256', 'bcrypt', 'scrypt', 'DATABASE_URL']) expect(help.said.join('\n')).toContain(word);
    const child = spawn(process.execPath, [command, '/no/such/file'], { env: { ...process.env, ...testEnvironment(database.url), NO_COLOR: '1' } });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
    expect(await new Promise((resolve) => child.once('close', resolve))).toBe(1);
    expect(said).toMatch(/no such file/);
    expect(said).not.toContain('    at ');
  });
});
