import { existsSync } from 'node:fs';
import { systemClock } from '@kith/kernel/clock.ts';
import type { Config } from '@kith/kernel/config.ts';
import { parseConfig } from '@kith/kernel/config.ts';
import { servesDeveloperPages, servesMailbox } from '@kith/kernel/developerPages.ts';
import type { Log } from '@kith/kernel/log.ts';
import { makeLog } from '@kith/kernel/log.ts';
import { serve } from '@kith/kernel/serve.ts';
import type { Shutdown } from '@kith/kernel/shutdown.ts';
import { apart } from './apart.ts';
import { banner } from './banner.ts';
import { embeddedDatabase, holdsOthers, migrateConfigured, seedConfigured } from './database.ts';
import { demoToken } from './demoToken.ts';
import { requireFreePort } from './ports.ts';
import { progressOn } from './progress.ts';
import { StartRefused } from './refused.ts';
import { developmentSecrets } from './secrets.ts';
import { together } from './together.ts';

/** What the person who starts Kith can choose on the command line. */
export interface StartOptions {
  readonly port?: number;
  readonly apart?: boolean;
  readonly fresh?: boolean;
}

const needed = ['DATABASE_URL', 'DATABASE_ROLE_SECRET', 'CONTEXT_SECRET', 'PASSWORD_PEPPER', 'ENCRYPTION_KEYS', 'RECORD_KEY'] as const;

/**
 * Sets up and runs the whole graph: database, migrations, demo data, pages, processes. Shows what it does, and at the end
 * where everything is. Refuses with `StartRefused` what the person can mend.
 */
export async function start(options: StartOptions, shutdown: Shutdown): Promise<void> {
  const startedAt = performance.now();
  const progress = progressOn(process.stdout);
  if (existsSync('.env')) process.loadEnvFile('.env');
  const first = parseConfig(environmentOf(options), []);
  const log = makeLog({ name: 'kith', level: first.LOG_LEVEL, format: first.LOG_FORMAT ?? (process.stdout.isTTY ? 'pretty' : 'json') });
  shutdown.onSignals(log, first.DRAIN_MS);
  await requireFreePort(first.HOST, first.PORT);

  const environment = await withDatabase(first, options, shutdown, (work) => progress.step('Database', work));
  const config = parseConfig(environment, needed);
  await progress.step('Migrations', () => migrateConfigured(config));
  const demo = config.NODE_ENV !== 'production' && (await progress.step('Demo data', () => demoData(config)));
  const developerPages = servesDeveloperPages(config);
  if (developerPages) await progress.step('Developer pages', () => buildDeveloperPages(log));

  const running = { ...environment, DEMO: demo ? 'on' : 'off' };
  const port = await progress.step('Graph', async () => {
    if (config.TOPOLOGY === 'apart') {
      const onDeath = (name: string): void => {
        log.fatal(`the ${name} process has ended unexpectedly; stopping the rest`);
        void shutdown.run(log).then(() => process.exit(1));
      };
      return apart({ config, environment: running, shutdown, onDeath });
    }
    const app = await together({ config: parseConfig(running, needed), clock: systemClock, log, shutdown });
    return serve(app, { host: config.HOST, port: config.PORT, shutdown, log });
  });

  const url = config.PUBLIC_URL ?? `http://localhost:${port}`;
  const token = demo ? await demoToken(`http://127.0.0.1:${port}`) : null;
  const seconds = (performance.now() - startedAt) / 1_000;
  process.stdout.write(banner({ url, topology: config.TOPOLOGY, seconds, demoToken: token, developerPages, mailbox: servesMailbox(config) }));
}

function environmentOf(options: StartOptions): NodeJS.ProcessEnv {
  return {
    ...process.env,
    ...(options.port === undefined ? {} : { PORT: String(options.port) }),
    ...(options.apart === true ? { TOPOLOGY: 'apart' } : {}),
  };
}

/** The environment with a database and secrets in it: the embedded ones unless others are configured. */
async function withDatabase(config: Config, options: StartOptions, shutdown: Shutdown, step: (work: () => Promise<void>) => Promise<void>): Promise<NodeJS.ProcessEnv> {
  const environment = environmentOf(options);
  if (config.NODE_ENV === 'production') return environment;
  const complete: NodeJS.ProcessEnv = { ...developmentSecrets(config.DATA_DIRECTORY), ...environment };
  if (config.DATABASE_URL !== undefined) {
    if (options.fresh === true) throw new StartRefused('--fresh would delete the database of DATABASE_URL. Drop it yourself, or unset DATABASE_URL to use the embedded one.');
    return complete;
  }
  await step(async () => {
    const database = await embeddedDatabase(config.DATA_DIRECTORY, options.fresh === true);
    shutdown.add('the embedded PostgreSQL', () => database.stop());
    complete['DATABASE_URL'] = database.url;
  });
  return complete;
}

/** Sees to the demo data. Answers whether it is there: into a database that holds other people it is not put. */
async function demoData(config: Config<'DATABASE_URL' | 'PASSWORD_PEPPER' | 'RECORD_KEY'>): Promise<boolean> {
  if (await holdsOthers(config.DATABASE_URL)) return false;
  await seedConfigured(config, systemClock.now());
  return true;
}

/**
 * Builds the developer pages unless they are up to date. The bundler is loaded only here: a graph without pages does not need it.
 * Where they cannot be built, as in a folder that is read-only, the graph runs all the same and the pages say why they are not there.
 */
async function buildDeveloperPages(log: Log): Promise<void> {
  try {
    const { buildPages } = await import('@kith/gateway-pages/build.ts');
    await buildPages();
  } catch (error) {
    log.warn({ err: error }, 'the developer pages could not be built');
  }
}
