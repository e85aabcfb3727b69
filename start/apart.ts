import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { databaseUrlOf } from '@kith/drizzle/addresses.ts';
import type { Config } from '@kith/kernel/config.ts';
import { servesMailbox } from '@kith/kernel/developerPages.ts';
import type { Listening } from '@kith/kernel/serve.ts';
import type { Shutdown } from '@kith/kernel/shutdown.ts';
import { subgraphNames } from '@kith/schema/subgraphNames.ts';

/** The settings the graph needs to run apart on one machine. */
export type ApartConfig = Config<'DATABASE_URL' | 'DATABASE_ROLE_SECRET' | 'CONTEXT_SECRET' | 'PASSWORD_PEPPER' | 'ENCRYPTION_KEYS' | 'RECORD_KEY'>;

export interface ApartOptions {
  readonly config: ApartConfig;
  /** What the processes are given of the environment, beside what each needs. Secrets of others are taken out. */
  readonly environment: NodeJS.ProcessEnv;
  readonly shutdown: Shutdown;
  /** Told when a process ends although nobody asked it to. */
  readonly onDeath: (name: string) => void;
}

// What not every process may know is given to those alone that work with it.
const ownSecrets = ['DATABASE_URL', 'DATABASE_ROLE_SECRET', 'PASSWORD_PEPPER', 'ENCRYPTION_KEYS', 'RECORD_KEY', 'SMTP_URL', 'READER_DATABASE_URL', 'WORKER_DATABASE_URL', 'GATEWAY_DATABASE_URL', ...subgraphNames.map((name) => `${name.toUpperCase()}_DATABASE_URL`)];

/** Starts the four subgraphs on free ports and the gateway on the configured one, each a process of its own. Answers the gateway's port. */
export async function apart(options: ApartOptions): Promise<number> {
  const { config } = options;
  const shared = {
    ...options.environment,
    CONTEXT_SECRET: config.CONTEXT_SECRET,
    LOG_FORMAT: config.LOG_FORMAT ?? (process.stdout.isTTY ? 'pretty' : 'json'),
    // Said to all of them, since only one can see the mail server; and the links in mails lead to the gateway, not to whom writes them.
    MAILBOX: servesMailbox(config) ? 'on' : 'off',
    PUBLIC_URL: config.PUBLIC_URL ?? `http://localhost:${config.PORT}`,
  };
  for (const name of ownSecrets) delete shared[name as keyof typeof shared]; // names of the environment, which may hold any
  const ports = await Promise.all(
    subgraphNames.map((name) =>
      startProcess(options, name, `@kith/${name}/main.ts`, {
        ...shared,
        HOST: '127.0.0.1',
        PORT: '0',
        [`${name.toUpperCase()}_DATABASE_URL`]: databaseUrlOf(config, name),
        WORKER_DATABASE_URL: databaseUrlOf(config, 'worker'),
        RECORD_KEY: config.RECORD_KEY,
        ...(name === 'users' ? { PASSWORD_PEPPER: config.PASSWORD_PEPPER, ENCRYPTION_KEYS: encryptionKeysText(config), ...(config.SMTP_URL === undefined ? {} : { SMTP_URL: config.SMTP_URL }) } : {}),
        ...(name === 'sessions' ? { PASSWORD_PEPPER: config.PASSWORD_PEPPER, ENCRYPTION_KEYS: encryptionKeysText(config) } : {}),
      }),
    ),
  );
  const urls = Object.fromEntries(subgraphNames.map((name, index) => [`${name.toUpperCase()}_URL`, `http://127.0.0.1:${ports[index]}`]));
  return startProcess(options, 'gateway', '@kith/gateway/main.ts', {
    ...shared,
    ...urls,
    HOST: config.HOST,
    PORT: String(config.PORT),
    GATEWAY_DATABASE_URL: databaseUrlOf(config, 'gateway'),
  });
}

async function startProcess({ shutdown, onDeath }: ApartOptions, name: string, entry: string, environment: NodeJS.ProcessEnv): Promise<number> {
  // Detached, so that Ctrl-C reaches them through us, in order, and not all at once.
  const child = spawn(process.execPath, [fileURLToPath(import.meta.resolve(entry))], {
    env: environment,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    detached: true,
  });
  let stopping = false;
  shutdown.add(`the ${name} process`, async () => {
    stopping = true;
    await endProcess(child);
  });
  const port = await new Promise<number>((resolve, reject) => {
    child.once('message', (message) => resolve((message as Listening).listening)); // the first thing `serve` says
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`the ${name} process ended with ${code} before it was ready`)));
  });
  child.once('exit', () => {
    if (!stopping) onDeath(name);
  });
  return port;
}

async function endProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}

function encryptionKeysText(config: ApartConfig): string {
  return [...config.ENCRYPTION_KEYS].map(([version, key]) => `${version}:${key.toString('base64')}`).join(',');
}
