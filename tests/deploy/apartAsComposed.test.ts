import type { ChildProcess } from 'node:child_process';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedServer } from '@kith/drizzle/embedded/server.ts';
import type { EmbeddedServer } from '@kith/drizzle/embedded/server.ts';
import { demoPassword, demoPeople } from '@kith/kernel/demo.ts';
import { subgraphNames } from '@kith/schema/subgraphNames.ts';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Service } from './composition.ts';
import { compositionAt, laidOver, repository } from './composition.ts';
import { outcomeOf, portOf, spawnService } from './composedProcess.ts';

// Nine processes are started, one after the other or all at once: on a busy machine that takes its time.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const composed = compositionAt('docker-compose.yml');
const withDemo = laidOver(composed, compositionAt('deploy/demo.compose.yml'));

function serviceOf(name: string, from = composed): Service {
  const found = from.services[name];
  if (found === undefined) throw new Error(`there is no service ${name}`);
  return found;
}

// No container runs here: these are the commands of the containers, with their environment and their secrets and nothing else,
// on a PostgreSQL of their own, because a migration sets the passwords of roles that belong to a whole server.
describe('the processes of docker-compose.yml', () => {
  let folder: string;
  let secrets: string;
  let server: EmbeddedServer;
  const children = new Map<string, ChildProcess>();
  const urls: Record<string, string> = {};

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kith-composed-'));
    secrets = join(folder, 'secrets');
    server = await startEmbeddedServer({ directory: join(folder, 'postgres'), durable: false });
    execFileSync(join(repository, 'deploy/makeSecrets.sh'), [secrets]);
    const owner = await readFile(join(secrets, 'postgres_password'), 'utf8');
    const admin = postgres(server.url, { max: 1, onnotice: () => {} });
    await admin.unsafe(`alter role kith password '${owner}'`);
    await admin.unsafe('create database kith');
    await admin.end();
    // The one thing that differs here: where PostgreSQL is.
    for (const name of await readdir(secrets)) {
      const path = join(secrets, name);
      await writeFile(path, (await readFile(path, 'utf8')).replace('@postgres:5432/', `@127.0.0.1:${server.port}/`));
    }
  });
  afterAll(async () => {
    for (const child of children.values()) child.kill('SIGKILL');
    await server?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  async function start(name: string, changed: Record<string, string> = {}): Promise<void> {
    const child = spawnService(serviceOf(name), secrets, { PORT: '0', ...changed });
    children.set(name, child);
    urls[name] = `http://127.0.0.1:${await portOf(child)}`;
  }

  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into answers of every shape
  async function ask(url: string, query: string, token?: string): Promise<{ status: number; body: any }> {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
      body: JSON.stringify({ query }),
    });
    return { status: response.status, body: await response.json() };
  }

  it('migrate brings an empty database up to date, and finds nothing to do the second time', async () => {
    const first = await outcomeOf(spawnService(serviceOf('migrate'), secrets));
    expect(first).toEqual({ code: 0, output: expect.stringMatching(/^ran 0000_\w+\n(ran \d{4}_\w+\n)+The database is up to date: \d+ migrations ran\.\n$/) });
    expect(await outcomeOf(spawnService(serviceOf('migrate'), secrets))).toEqual({ code: 0, output: 'The database was up to date.\n' });
  });

  it('the demo data comes in where deploy/demo.compose.yml is laid over it, and not in production', async () => {
    const refused = await outcomeOf(spawnService(serviceOf('migrate', withDemo), secrets, { NODE_ENV: 'production' }));
    expect(refused).toEqual({ code: 1, output: 'The demo data, whose password everybody knows, does not go into production.\n' });
    const seeded = await outcomeOf(spawnService(serviceOf('migrate', withDemo), secrets));
    expect(seeded).toEqual({ code: 0, output: 'The database was up to date.\nThe demo data is in.\n' });
  });

  it('migrate says in a line what it lacks', async () => {
    const { environment, ...rest } = serviceOf('migrate');
    const { READER_DATABASE_URL_FILE: _, ...lacking } = environment;
    const outcome = await outcomeOf(spawnService({ ...rest, environment: lacking }, secrets));
    expect(outcome).toMatchObject({ code: 1, output: expect.stringContaining('READER_DATABASE_URL: is not set') });
    const away = await outcomeOf(spawnService({ ...rest, environment: {} }, secrets, { DATABASE_URL: 'postgres://kith@127.0.0.1:1/kith', DATABASE_ROLE_SECRET: 'a1b2c3d4e5f6g7h8i9j0k1l2m3n4o5p6' }));
    expect(away).toEqual({ code: 1, output: 'PostgreSQL cannot be reached: connect ECONNREFUSED 127.0.0.1:1\n' });
  });

  it('all five start in production, become ready, and answer a question across the graph', async () => {
    await Promise.all(subgraphNames.map((name) => start(name)));
    await start('gateway', Object.fromEntries(subgraphNames.map((name) => [`${name.toUpperCase()}_URL`, urls[name] ?? ''])));
    for (const [name, url] of Object.entries(urls)) {
      const { healthcheck, ...rest } = serviceOf(name);
      const check = spawnService({ ...rest, command: healthcheck?.test?.slice(1) }, secrets, { PORT: new URL(url).port });
      expect(await outcomeOf(check), name).toEqual({ code: 0, output: '' });
    }
    const gateway = urls['gateway'] ?? '';
    const [person] = demoPeople;
    const signIn = await ask(gateway, `mutation { sessionSignIn(input: { login: "${person.login}", password: "${demoPassword}" }) { accessToken } }`);
    const answer = await ask(gateway, '{ me { username security { sessions(last: 1) { totalCount } } player { level } memberships { nodes { tenant { slug } } } } }', signIn.body.data.sessionSignIn.accessToken);
    expect(answer).toMatchObject({ status: 200, body: { data: { me: { username: 'ada', player: { level: expect.any(Number) }, memberships: { nodes: [{ tenant: { slug: 'sparkle' } }] } } } } });
    expect(answer.body.errors).toBeUndefined();
  });

  it('in production there are no developer pages and no introspection', async () => {
    const gateway = urls['gateway'] ?? '';
    expect((await fetch(gateway)).status).toBe(404);
    expect((await ask(gateway, '{ __schema { queryType { name } } }')).status).toBe(400);
  });

  it('a subgraph asked without the gateway answers 401', async () => {
    for (const name of subgraphNames) expect((await ask(urls[name] ?? '', '{ __typename }')).status, name).toBe(401);
  });

  it('a health check fails while its process is away', async () => {
    const { healthcheck, ...rest } = serviceOf('users');
    const outcome = await outcomeOf(spawnService({ ...rest, command: healthcheck?.test?.slice(1) }, secrets, { PORT: '1' }));
    expect(outcome).toMatchObject({ code: 1, output: expect.stringContaining('http://127.0.0.1:1/ready') });
  });

  it('every process ends by itself when it is told to', async () => {
    const codes = await Promise.all(
      [...children].map(async ([name, child]) => {
        const closed = once(child, 'close');
        child.kill('SIGTERM');
        return [name, (await closed)[0] as unknown] as const;
      }),
    );
    expect(codes).toEqual([...children.keys()].map((name) => [name, 0]));
  });
});

describe('deploy/makeSecrets.sh', () => {
  it('leaves secrets that are there alone', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'kith-secrets-'));
    try {
      const script = join(repository, 'deploy/makeSecrets.sh');
      execFileSync(script, [join(folder, 'new')]);
      const before = await readFile(join(folder, 'new/password_pepper'), 'utf8');
      expect(() => execFileSync(script, [join(folder, 'new')], { stdio: 'pipe' })).toThrow(/nothing was changed/);
      expect(await readFile(join(folder, 'new/password_pepper'), 'utf8')).toBe(before);
      expect((await readdir(join(folder, 'new'))).toSorted()).toEqual(Object.keys(composed.secrets).toSorted());
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
