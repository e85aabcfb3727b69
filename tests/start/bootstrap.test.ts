import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, cp, mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

const REPOSITORY = join(import.meta.dirname, '..', '..');

// An installation without dependencies takes half a second, or as long as fetching pnpm on a machine that never had it.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 });

/** A workspace like ours but without dependencies, with the bootstrap as it is. */
let root: string;

beforeAll(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'kith-bootstrap-')));
  const { packageManager } = JSON.parse(await readFile(join(REPOSITORY, 'package.json'), 'utf8')) as { packageManager: string };
  await mkdir(join(root, 'members', 'one'), { recursive: true });
  await cp(join(REPOSITORY, 'scripts', 'bootstrap.mjs'), join(root, 'scripts', 'bootstrap.mjs'));
  await writeFile(join(root, 'package.json'), JSON.stringify({ name: 'small', type: 'module', packageManager }));
  await writeFile(join(root, 'members', 'one', 'package.json'), JSON.stringify({ name: 'one' }));
  await writeFile(join(root, 'pnpm-workspace.yaml'), 'packages:\n  - members/*\n\npmOnFail: ignore\n');
  await writeFile(join(root, 'pnpm-lock.yaml'), "lockfileVersion: '9.0'\n\nimporters:\n\n  .: {}\n\n  members/one: {}\n");
  await writeEntry('echo.ts', 'const words: string[] = process.argv.slice(2);\nconsole.log(words.join("|"));\nprocess.exitCode = 7;');
  await installed();
});
afterAll(() => rm(root, { recursive: true, force: true }));

async function writeEntry(name: string, code: string): Promise<void> {
  await writeFile(join(root, name), code);
}

function bootstrap(args: string[], nodeOptions: string[] = []): ChildProcessWithoutNullStreams {
  const script = join(root, 'scripts', 'bootstrap.mjs');
  // From another folder, and in a process group of its own, as a shell would start it.
  return spawn(process.execPath, [...nodeOptions, script, ...args], { cwd: tmpdir(), detached: true });
}

async function outcomeOf(child: ChildProcessWithoutNullStreams): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { code: code as number | null, stdout, stderr };
}

async function installed(): Promise<void> {
  const { stderr } = await outcomeOf(bootstrap(['echo.ts']));
  expect(stderr).toMatch(/^Installing the dependencies with pnpm@\S+ \.\.\.\n[^]*The dependencies are installed \([\d.]+ s\)\.\n$/);
}

describe('starting', () => {
  it('a warm start prints nothing of its own and passes arguments, output and exit code through', async () => {
    const { code, stdout, stderr } = await outcomeOf(bootstrap(['echo.ts', 'one', '--two', 'th ree']));
    expect({ code, stdout, stderr }).toEqual({ code: 7, stdout: 'one|--two|th ree\n', stderr: '' });
  });

  it('the entry reads the standard input and finds telemetry switched off', async () => {
    await writeEntry(
      'reads.ts',
      'process.stdin.pipe(process.stdout);\nconsole.log(process.env.APOLLO_TELEMETRY_DISABLED, process.env.METADATA_SERVER_DETECTION);',
    );
    const child = bootstrap(['reads.ts']);
    child.stdin.end('from outside\n');
    expect((await outcomeOf(child)).stdout).toBe('1 none\nfrom outside\n');
  });

  it('a Node that is too old is refused in one line that says which one is needed', async () => {
    const older = "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '18.20.8' } });";
    const { code, stdout, stderr } = await outcomeOf(bootstrap(['echo.ts'], ['--import', `data:text/javascript,${encodeURIComponent(older)}`]));
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^Kith needs Node 24 or newer on this machine, and this is Node 18\.20\.8\. Get Node 24 from https:\S+ .*\n$/);
  });
});

describe('installing', () => {
  it.each(['pnpm-lock.yaml', 'pnpm-workspace.yaml'])('a changed %s triggers an installation, once', async (file) => {
    await appendFile(join(root, file), '# changed\n');
    await installed();
    expect((await outcomeOf(bootstrap(['echo.ts']))).stderr).toBe('');
  });

  it('a changed manifest of any package of the workspace triggers an installation', async () => {
    await writeFile(join(root, 'members', 'one', 'package.json'), JSON.stringify({ name: 'one', version: '1.0.0' }));
    await installed();
  });

  it('a failed installation shows what the installer said and what to do, does not start, and is tried again', async () => {
    const manifest = join(root, 'members', 'one', 'package.json');
    const before = await readFile(manifest, 'utf8');
    await writeFile(manifest, JSON.stringify({ name: 'one', dependencies: { picocolors: '1.1.1' } }));
    for (let attempt = 1; attempt <= 2; attempt += 1) {
      const { code, stdout, stderr } = await outcomeOf(bootstrap(['echo.ts']));
      expect(code).toBe(1);
      expect(stdout).toBe('');
      expect(stderr).toMatch(/ERR_PNPM_OUTDATED_LOCKFILE[^]*\npnpm-lock\.yaml does not fit the package\.json files: run "npx -y pnpm@/);
    }
    await writeFile(manifest, before);
    await installed();
  });
});

describe('ending', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('%s ends the entry and gives exit code %i', async (signal, expected) => {
    await writeEntry('waits.ts', 'setInterval(() => {}, 1000);\nconsole.log(process.pid);');
    const child = bootstrap(['waits.ts']);
    const [pid] = await once(child.stdout.setEncoding('utf8'), 'data');
    child.kill(signal);
    expect((await outcomeOf(child)).code).toBe(expected);
    expect(() => process.kill(Number(pid), 0)).toThrow('ESRCH');
  });

  it('Ctrl-C, which a terminal sends to all and npm sends once more, reaches the entry once', async () => {
    await writeEntry(
      'counts.ts',
      `let interrupts = 0;
      process.on('SIGINT', () => { interrupts += 1; console.log('interrupted'); });
      process.on('SIGTERM', () => { console.log(interrupts); process.exit(0); });
      setInterval(() => {}, 1000);
      console.log('ready');`,
    );
    const child = bootstrap(['counts.ts']);
    await once(child.stdout.setEncoding('utf8'), 'data');
    process.kill(-child.pid!, 'SIGINT');
    await once(child.stdout, 'data');
    child.kill('SIGINT');
    // Delivered after the interrupt: the kernel hands out pending signals by their number.
    child.kill('SIGTERM');
    expect(await outcomeOf(child)).toMatchObject({ code: 0, stdout: '1\n' });
  });

  it('an entry whose bootstrap was killed is told to end', async () => {
    await writeEntry(
      'drains.ts',
      `process.once('SIGTERM', () => { console.log('drained'); process.exit(0); });
      setInterval(() => {}, 1000);
      console.log('ready');`,
    );
    const child = bootstrap(['drains.ts']);
    await once(child.stdout.setEncoding('utf8'), 'data');
    child.kill('SIGKILL');
    expect((await outcomeOf(child)).stdout).toBe('drained\n');
  });
});
