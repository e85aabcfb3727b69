import { findPackage } from '@kith/drizzle/embedded/binaries.ts';
import { startEmbeddedServer, type EmbeddedServer } from '@kith/drizzle/embedded/server.ts';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, cp, mkdtemp, readFile, readlink, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import postgres from 'postgres';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';

const isRoot = process.getuid?.() === 0;

// Every test starts real processes, and the machine may be busy with other files' tests.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let scratch: string;
beforeAll(async () => {
  scratch = await realpath(await mkdtemp(join(tmpdir(), 'kith-embedded-')));
  // mkdtemp closes its folder; open as a checkout is, so that the account which runs the server for root may enter.
  await chmod(scratch, 0o755);
});
afterEach(async () => {
  for (const parent of parents.splice(0)) parent.kill('SIGTERM');
  for (const server of started.splice(0)) await server.stop();
});
afterAll(() => rm(scratch, { recursive: true, force: true }));

const started: EmbeddedServer[] = [];
const parents: ChildProcess[] = [];

async function start(name: string, options: { durable?: boolean; settings?: Record<string, string> } = {}): Promise<EmbeddedServer> {
  const server = await startEmbeddedServer({ directory: join(scratch, name), durable: false, ...options });
  started.push(server);
  return server;
}

async function ask(server: { url: string }, question: string): Promise<string> {
  const sql = postgres(server.url, { max: 1 });
  try {
    return (await sql.unsafe(question).values()).map((row) => row.join(' ')).join('\n');
  } finally {
    await sql.end();
  }
}

/** A Kith of its own: starts a server on the directory, prints its URL, and then does what the code says. */
async function parentOn(name: string, { code = '', durable = false } = {}): Promise<{ parent: ChildProcess; url: string }> {
  const program = `
    import { startEmbeddedServer } from '@kith/drizzle/embedded/server.ts';
    import postgres from 'postgres';
    const server = await startEmbeddedServer({ directory: ${JSON.stringify(join(scratch, name))}, durable: ${durable} });
    setInterval(() => {}, 1000);
    ${code}
    console.log(server.url);`;
  const parent = spawn(process.execPath, ['--input-type=module-typescript', '--eval', program], {
    cwd: import.meta.dirname,
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  parents.push(parent);
  const [url] = await once(parent.stdout.setEncoding('utf8'), 'data');
  return { parent, url: String(url).trim() };
}

async function postmasterOf(name: string): Promise<number> {
  return Number((await readFile(join(scratch, name, 'cluster', 'postmaster.pid'), 'utf8')).split('\n')[0]);
}

/** Waits until the server has written everything and removed its file; its process id may stay taken until an init collects it. */
async function untilEnded(name: string): Promise<void> {
  await vi.waitUntil(() => !existsSync(join(scratch, name, 'cluster', 'postmaster.pid')), 30_000);
}

describe('a server of our own', () => {
  it('answers on 127.0.0.1 alone, in UTF-8, to whoever knows the password', async () => {
    const server = await start('shared');
    expect(server.url).toMatch(new RegExp(`^postgres://kith:[\\w-]{32}@127.0.0.1:${server.port}/postgres$`));
    expect(await ask(server, 'show listen_addresses')).toBe('127.0.0.1');
    expect(await ask(server, 'show unix_socket_directories')).toBe('');
    expect(await ask(server, 'show max_connections')).toBe('200');
    expect(await ask(server, "select pg_encoding_to_char(encoding), datlocprovider, datlocale from pg_database where datname = 'template1'")).toBe(
      'UTF8 b C.UTF-8',
    );
    await expect(ask({ url: server.url.replace(/:[\w-]{32}@/, ':guessed@') }, 'select 1')).rejects.toMatchObject({ code: '28P01' });
  });

  it('finds trigrams in letters beyond ASCII', async () => {
    const server = await start('shared');
    await ask(server, 'create extension if not exists pg_trgm');
    expect(await ask(server, "select similarity('Çağ', 'çağ') = 1 and cardinality(show_trgm('Çağ')) = 4")).toBe('true');
  });

  it('keeps every safety of PostgreSQL when it is durable, and gives up three when it is not', async () => {
    const safeties = "select string_agg(setting, ' ') from pg_settings where name in ('fsync', 'full_page_writes', 'synchronous_commit')";
    const durable = await start('shared', { durable: true });
    expect(await ask(durable, safeties)).toBe('on on on');
    await durable.stop();
    expect(await ask(await start('shared'), safeties)).toBe('off off off');
  });

  it('takes settings, but none that would open it to the network', async () => {
    const server = await start('shared', { settings: { work_mem: '8MB', listen_addresses: '*' } });
    expect(await ask(server, 'show work_mem')).toBe('8MB');
    expect(await ask(server, 'show listen_addresses')).toBe('127.0.0.1');
  });

  it('keeps its data and its password from one start to the next', async () => {
    const first = await start('shared');
    await ask(first, 'create table persisted as select 42 as answer');
    await first.stop();
    await first.stop();
    const second = await start('shared');
    expect(await ask(second, 'select answer from persisted')).toBe('42');
    expect(new URL(second.url).password).toBe(new URL(first.url).password);
  });

  it('makes anew a cluster whose making was interrupted', async () => {
    const server = await start('interrupted');
    await server.stop();
    await rename(join(scratch, 'interrupted', 'cluster'), join(scratch, 'interrupted', 'cluster.new'));
    expect(await ask(await start('interrupted'), 'select 1')).toBe('1');
  });
});

describe('a directory', () => {
  it('that is in use refuses a second start and names the process that uses it', async () => {
    const { parent } = await parentOn('shared');
    await expect(start('shared')).rejects.toThrow(`is in use by another Kith (process ${parent.pid}): stop that one first`);
    parent.kill('SIGTERM');
    await once(parent, 'exit');
  });

  it('started twice at once serves one and refuses the other', async () => {
    const outcomes = await Promise.allSettled([start('twice'), start('twice')]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });
});

describe('when the parent dies', () => {
  it('a cluster orphaned by a killed parent is taken over with its data', async () => {
    const { parent, url } = await parentOn('shared');
    await ask({ url }, 'create table orphaned as select 42 as answer');
    parent.kill('SIGKILL');
    await once(parent, 'exit');
    expect(await ask({ url }, 'select answer from orphaned')).toBe('42');

    const server = await start('shared');
    expect(await ask(server, 'select answer from orphaned')).toBe('42');
    await expect(ask({ url }, 'select 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('a cluster whose server was killed as well recovers what was committed', async () => {
    const { parent, url } = await parentOn('shared', { durable: true });
    await ask({ url }, 'create table crashed as select 42 as answer');
    process.kill(await postmasterOf('shared'), 'SIGKILL');
    parent.kill('SIGKILL');
    await once(parent, 'exit');
    expect(await ask(await start('shared'), 'select answer from crashed')).toBe('42');
  });

  it('a stale process id file does not get a stranger killed', async () => {
    const server = await start('shared');
    const pidFile = join(scratch, 'shared', 'cluster', 'postmaster.pid');
    const contents = await readFile(pidFile, 'utf8');
    await server.stop();
    const stranger = spawn(process.execPath, ['--eval', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    await writeFile(pidFile, contents.replace(/^\d+/, String(stranger.pid)));

    expect(await ask(await start('shared'), 'select 1')).toBe('1');
    expect(stranger.exitCode ?? stranger.signalCode).toBeNull();
    stranger.kill();
  });

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('of %s that it does not handle, its server ends too', async (signal) => {
    const { parent } = await parentOn('shared');
    parent.kill(signal);
    expect(await once(parent, 'exit')).toEqual([null, signal]);
    await untilEnded('shared');
  });

  it('by process.exit without a stop, its server ends too', async () => {
    const { parent } = await parentOn('shared', { code: "process.once('SIGUSR2', () => process.exit(5));" });
    parent.kill('SIGUSR2');
    expect(await once(parent, 'exit')).toEqual([5, null]);
    await untilEnded('shared');
  });

  it("a terminal's Ctrl-C leaves the server up until the parent stops it", async () => {
    const code = `
      process.once('SIGINT', async () => {
        const sql = postgres(server.url, { max: 1 });
        const [row] = await sql\`select 'still answers' as word\`;
        await sql.end();
        await server.stop();
        console.log(row.word);
        process.exit(0);
      });`;
    const { parent } = await parentOn('shared', { code });
    const rest = text(parent.stdout!);
    // A terminal signals every process of the foreground group.
    process.kill(-parent.pid!, 'SIGINT');
    expect(await rest).toBe('still answers\n');
    expect(existsSync(join(scratch, 'shared', 'cluster', 'postmaster.pid'))).toBe(false);
  });
});

describe('what cannot be', () => {
  it("a start that fails shows the end of the server's log", async () => {
    await expect(start('shared', { settings: { shared_buffers: 'plenty' } })).rejects.toThrow(
      /PostgreSQL did not start.*server\.log:\n.*invalid value for parameter "shared_buffers": "plenty"[^]*DATABASE_URL/,
    );
    expect(await ask(await start('shared'), 'select 1')).toBe('1');
  });

  it('a machine without a packaged PostgreSQL is told of DATABASE_URL', () => {
    expect(() => findPackage('sunos', 'x64')).toThrow('There is no embedded PostgreSQL for sunos-x64. Set DATABASE_URL');
    const elsewhere = process.platform === 'darwin' ? 'linux' : 'darwin';
    expect(() => findPackage(elsewhere, 'x64')).toThrow(/-x64 is not installed.*DATABASE_URL/);
  });

  it('a lost password is said to be lost', async () => {
    await (await start('forgetful')).stop();
    await rm(join(scratch, 'forgetful', 'password'));
    await expect(start('forgetful')).rejects.toThrow(/The password of the database in .* is lost/);
  });
});

describe.runIf(isRoot)('started by root', () => {
  it('in a folder that nobody else may enter, keeps its data elsewhere, through a move and apart from a copy', async () => {
    const closed = join(scratch, 'closed');
    const first = await start('closed/checkout/data');
    await first.stop();
    await rm(join(closed, 'checkout/data'), { recursive: true });
    await chmod(closed, 0o700);

    const far = await start('closed/checkout/data');
    const home = dirname(await readlink(join(closed, 'checkout/data/cluster')));
    expect(home).toMatch(/^\/var\/lib\/kith\/postgres\/[\w-]{36}$/);
    await ask(far, 'create table kept as select 42 as answer');
    await far.stop();

    await cp(join(closed, 'checkout'), join(closed, 'copy'), { recursive: true, verbatimSymlinks: true });
    const copy = await start('closed/copy/data');
    const copyHome = dirname(await readlink(join(closed, 'copy/data/cluster')));
    expect(await ask(copy, "select to_regclass('kept') is null")).toBe('true');

    await rename(join(closed, 'checkout'), join(closed, 'moved'));
    const moved = await start('closed/moved/data');
    expect(await ask(moved, 'select answer from kept')).toBe('42');

    for (const server of [copy, moved]) await server.stop();
    for (const made of [home, copyHome]) await rm(made, { recursive: true });
  });
});
