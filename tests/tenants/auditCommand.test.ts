import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { configuredDatabase } from '@kith/drizzle/configuredDatabase.ts';
import type { Database } from '@kith/drizzle/database.ts';
import { parseConfig } from '@kith/kernel/config.ts';
import { verifyExport } from '@kith/start/auditExportVerification.ts';
import { entryProgress } from '@kith/start/entryProgress.ts';
import { checkpointAudit } from '@kith/tenants/services/checkpointingAudit.ts';
import { pruneAudit } from '@kith/tenants/services/pruningAudit.ts';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { testEnvironment } from '../harness/settings.ts';
import { testClock } from '../harness/testClock.ts';
import type { TestDatabase } from '../harness/testDatabase.ts';
import { testDatabase } from '../harness/testDatabase.ts';
import { aLog, partsOfTenants, records } from './auditActs.ts';

// Processes are started, some tests several: on a busy machine that takes its time.
vi.setConfig({ testTimeout: 120_000 });

const clock = testClock();
let database: TestDatabase;
let users: Database;
let directory: string;
let { parts, logged } = {} as ReturnType<typeof partsOfTenants>; // put together before the first test

beforeAll(async () => {
  database = await testDatabase('demo');
  users = configuredDatabase(parseConfig(testEnvironment(database.url), []), 'users');
  ({ parts, logged } = partsOfTenants(database, clock));
  directory = await mkdtemp(join(tmpdir(), 'kith-audit-'));
});
afterAll(async () => {
  await Promise.all([users.close(), parts.database.close()]);
  await database.drop();
  await rm(directory, { recursive: true });
});

interface Outcome {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

async function run(script: 'verify' | 'export', args: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<Outcome> {
  const command = fileURLToPath(new URL(`../../start/${script}AuditCommand.ts`, import.meta.url));
  const child = spawn(process.execPath, [command, ...args], { cwd: directory, env: { PATH: process.env['PATH'], ...testEnvironment(database.url), ...environment } });
  let [out, err] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  return { code: await new Promise<number | null>((resolve) => child.once('close', resolve)), out, err };
}
const verify = (...args: string[]) => run('verify', args);
const keep = async (name: string, text: string): Promise<string> => {
  const path = join(directory, name);
  await writeFile(path, text);
  return path;
};

describe('pnpm audit:verify', () => {
  it('says that the demo data is whole, a line a tenant, in no colours when it is piped', async () => {
    const { code, out, err } = await run('verify', ['--'], { CI: 'true' });
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/^whole {3}atlas: \d+ entries, 0 checkpoints\nwhole {3}quill: .+\nwhole {3}sparkle: .+\n3 audit logs, all of them whole\.\n$/);
  });

  it('names the first difference of each log that is broken, ends with 1, and leaves out other tenants when one is asked for', async () => {
    const [whole, broken] = [await aLog(database, users), await aLog(database, users)];
    await whole.append(2);
    await broken.append(4);
    await database.owner`update tenants.audit_entries set action = 'x' where tenant_id = ${broken.tenantId} and seq in (2, 4)`;
    const all = await verify();
    expect(all.code).toBe(1);
    expect(all.out).toMatch(new RegExp(`^BROKEN  ${broken.slug}: ENTRY_EDITED, entry 2 \\([0-9a-f-]+\\) was edited.+ Before that: 1 entry, 0 checkpoints$`, 'm'));
    expect(all.out).toMatch(/\d audit logs, 1 broken\.\n$/);
    expect(await verify('--tenant', whole.slug)).toMatchObject({ code: 0, out: expect.stringMatching(/^whole .+\n1 audit log, all of them whole\.\n$/) });
    const { code, out } = await verify('--tenant', broken.slug, '--json');
    expect([code, JSON.parse(out)]).toEqual([1, { holds: false, logs: [expect.objectContaining({ slug: broken.slug, holds: false, entries: 1, difference: expect.objectContaining({ kind: 'ENTRY_EDITED', seq: 2 }) })] }]);
    await database.owner`delete from tenants.audit_entries where tenant_id = ${broken.tenantId}`;
    await database.owner`delete from tenants.audit_heads where tenant_id = ${broken.tenantId}`;
  });

  it('takes what was shipped in the log for an anchor, also of a log that is gone altogether', async () => {
    const log = await aLog(database, users);
    await log.append(3);
    await checkpointAudit(parts);
    const shipped = await keep('shipped.log', logged.map((line) => `2026-11-20 kith ${JSON.stringify(line)}\n`).join('a line of something else\n'));
    const [bare = ''] = logged.flatMap(({ jws, tenantId }) => (jws !== undefined && tenantId === log.tenantId ? [jws] : []));
    expect((await verify('--checkpoints', shipped)).code).toBe(0);
    for (const table of ['entries', 'heads', 'checkpoints']) await database.owner.unsafe(`delete from tenants.audit_${table} where tenant_id = '${log.tenantId}'`);
    expect((await verify()).code).toBe(0);
    const found = await verify('--checkpoints', await keep('bare.jws', `${bare}\n`));
    expect(found).toMatchObject({ code: 1, out: expect.stringContaining(`BROKEN  ${log.slug}: TAIL_CUT, entries 1 to 3 are missing at the end: a signed checkpoint says that the log reached 3`) });
    const nameless = await database.owner.begin(async (tx) => {
      // A tenant that is not deleted keeps an administrator.
      await tx`update tenants.tenants set status = 'SUSPENDED', deleted_at = now(), deleted_by = id where id = ${log.tenantId}`;
      await tx`delete from tenants.memberships where tenant_id = ${log.tenantId}`;
      await tx`delete from gamification.players where tenant_id = ${log.tenantId}`;
      await tx`delete from tenants.tenants where id = ${log.tenantId}`;
      return log.tenantId;
    });
    expect((await verify('--checkpoints', join(directory, 'bare.jws'))).out).toContain(`BROKEN  ${nameless} (a tenant that is gone): TAIL_CUT`);
  });

  it('doubts the key when nothing at all holds', async () => {
    const { code, out } = await run('verify', [], { RECORD_KEY: 'another key than the one of the tests' });
    expect([code, out.trimEnd().split('\n').at(-1)]).toEqual([1, 'Not one entry holds: is this the RECORD_KEY they were written with?']);
  });

  it.each<[string, string[], NodeJS.ProcessEnv, RegExp]>([
    ['an option there is none of', ['--everything'], {}, /^error: unknown option '--everything'/],
    ['a word too many', ['sparkle'], {}, /^error: too many arguments/],
    ['a tenant that is not there', ['--tenant', 'nowhere'], {}, /^There is no tenant called nowhere\.\n$/],
    ['no key', [], { RECORD_KEY: '' }, /RECORD_KEY: is not set\. Chains and signs/],
    ['no database', [], { DATABASE_URL: '' }, /DATABASE_URL: is not set/],
    ['a database that is away', [], { DATABASE_URL: 'postgres://kith@127.0.0.1:1/kith' }, /^PostgreSQL cannot be reached: connect ECONNREFUSED/],
    ['a file that is not there', ['--file', 'nowhere.jsonl'], {}, /^ENOENT: .+nowhere\.jsonl'\n$/],
    ['checkpoints that are not there', ['--checkpoints', 'nowhere.log'], {}, /^ENOENT: .+nowhere\.log'\n$/],
    ['a file and a tenant', ['--file', 'x', '--tenant', 'sparkle'], {}, /^--file is verified by itself/],
  ])('ends with 2 and a reason when it is given %s', async (_, args, environment, reason) => {
    expect(await run('verify', args, environment)).toEqual({ code: 2, out: '', err: expect.stringMatching(reason) });
  });

  it('ends with 2 at a file of checkpoints that holds none, or one of another key', async () => {
    expect(await verify('--checkpoints', await keep('none.log', 'nothing\n'))).toMatchObject({ code: 2, err: expect.stringMatching(/^There is no checkpoint in /) });
    const forged = 'eyJhbGciOiJFZERTQSIsInR5cCI6ImtpdGgtcmVjb3JkK2p3dCJ9.eyJyZWNvcmQiOiJhdWRpdC1jaGVja3BvaW50In0.AAAA';
    expect(await verify('--checkpoints', await keep('forged.log', `first\n${forged}\n`))).toMatchObject({ code: 2, err: expect.stringMatching(/^Line 2 of .+ is not signed with this RECORD_KEY\.\n$/) });
  });

  it.each(['verify', 'export'] as const)('and export say how they are used (%s)', async (script) => {
    const { code, out } = await run(script, ['--help']);
    expect([code, out]).toEqual([0, expect.stringMatching(new RegExp(`^Usage: pnpm audit:${script} \\[options\\]\\n[^]+--tenant <slug>[^]+RECORD_KEY`))]);
  });
});

describe('pnpm audit:export', () => {
  const day = 86_400_000;

  it('writes what verifies without a database, and what was done to the file is found', async () => {
    const log = await aLog(database, users);
    await log.append(5);
    const exported = await run('export', ['--', '--tenant', log.slug]);
    expect([exported.code, exported.err]).toEqual([0, '']);
    const lines = exported.out.trimEnd().split('\n');
    expect(lines).toHaveLength(7);
    const verifyLines = async (changed: readonly string[]) => run('verify', ['--file', await keep('export.jsonl', `${changed.join('\n')}\n`)], { DATABASE_URL: '' });
    expect(await verifyLines(lines)).toEqual({ code: 0, out: `whole   ${log.slug}: 5 entries, 0 checkpoints\n1 audit log, all of them whole.\n`, err: '' });

    const change = (index: number, edit: (line: string) => string) => lines.map((line, at) => (at === index ? edit(line) : line));
    const forgeries: [string, readonly string[]][] = [
      ['ENTRY_EDITED', change(3, (line) => line.replace('user.suspend', 'user.praise'))],
      ['ENTRY_EDITED', change(3, (line) => line.replace('for reason 2', 'for no reason'))],
      ['ENTRY_EDITED', change(3, () => 'nonsense')],
      ['ENTRY_REMOVED', lines.filter((_, index) => index !== 3)],
      ['ENTRY_INSERTED', [...lines.slice(0, 4), ...lines.slice(3)]],
      ['TAIL_CUT', lines.filter((_, index) => index !== 5)],
      ['CHECKPOINT_FORGED', lines.slice(0, 5)],
      ['CHECKPOINT_FORGED', change(6, (line) => line.replace(/.{6}"\}$/, 'AAAAAA"}'))],
      ['BEGINNING_REMOVED', [(lines[0] ?? '').replace(/"seq":0,"digest":"0+"/, `"seq":1,"digest":"${(JSON.parse(lines[1] ?? '{}') as { digest: string }).digest}"`), ...lines.slice(2)]],
    ];
    // In this process: to start one for each takes its time.
    for (const [kind, forged] of forgeries) {
      const { difference } = await verifyExport(records, await keep('forged.jsonl', `${forged.join('\n')}\n`), () => {});
      expect(difference?.kind).toBe(kind);
    }
    expect(await verifyLines(change(3, (line) => line.replace('user.suspend', 'user.praise')))).toMatchObject({ code: 1, out: expect.stringContaining(': ENTRY_EDITED, ') });
    expect(await verifyLines(['{}'])).toMatchObject({ code: 2, err: expect.stringContaining('is no export of an audit log') });
  });

  it('writes the part that is asked for, and goes on from where it was pruned', async () => {
    const log = await aLog(database, users);
    const ago = (days: number) => new Date(clock.now().getTime() - days * day);
    for (const days of [9, 8, 7, 6, 5]) await log.append(1, { at: ago(days) });
    expect(await pruneAudit(parts, log.tenantId, ago(8.5), 10)).toBe(1);
    const part = async (...options: string[]) => {
      const { out } = await run('export', ['--tenant', log.slug, ...options]);
      const verified = await verify('--file', await keep('part.jsonl', out));
      return [verified.code, out.split('\n').flatMap((line) => [...line.matchAll(/^\{"record":"entry",.*?"seq":"?(\d+)/g)].map(([, seq]) => Number(seq)))];
    };
    expect(await part()).toEqual([0, [2, 3, 4, 5]]);
    expect(await part('--from', ago(7.5).toISOString(), '--to', ago(5.5).toISOString())).toEqual([0, [3, 4]]);
    expect(await part('--from', '2100-01-01')).toEqual([0, []]);
    expect(await run('export', ['--tenant', log.slug, '--from', 'yesterday'])).toMatchObject({ code: 2, out: '' });
    expect(await run('export', [])).toMatchObject({ code: 2, out: '', err: expect.stringContaining('--tenant') });
    expect(await run('export', ['--tenant', 'nowhere'])).toMatchObject({ code: 2, out: '', err: 'There is no tenant called nowhere.\n' });
  });

  it('leaves out what is from before the chain, and says so', async () => {
    const log = await aLog(database, users);
    await database.owner`insert into tenants.audit_entries (id, tenant_id, occurred_at, action, target_type, target_id, request_id)
      values (gen_random_uuid(), ${log.tenantId}, now() - interval '1 hour', 'x', 'x', 'x', 'x')`;
    await log.append(2);
    const { out, err } = await run('export', ['--tenant', log.slug]);
    expect([out.trimEnd().split('\n').length, err]).toEqual([4, 'Left out: 1 from before the chain.\n']);
    expect((await verify('--tenant', log.slug)).out).toContain('1 from before the chain, of which nothing can be said');
    expect(await readFile(await keep('x', out), 'utf8')).toBe(out);
  });
});

describe('progress', () => {
  it.each([true, false])('is silent for two seconds, then tells how far it is (on a terminal: %s)', (isTTY) => {
    let now = 0;
    const written: string[] = [];
    const progress = entryProgress({ isTTY, write: (text: string | Uint8Array) => written.push(String(text)) > 0 }, () => now);
    for (let entry = 0; entry < 5_000; entry += 1) progress.tell();
    expect(written).toEqual([]);
    now = 2_500;
    for (let entry = 0; entry < 1_000; entry += 1) progress.tell();
    progress.end();
    expect(written).toEqual(isTTY ? ['\r\u001B[2K5,100 entries in 3 s', '\r\u001B[2K'] : ['5,100 entries in 3 s\n']);
  });
});
