// `pnpm db:migrate`: brings the database up to date. The one-shot that runs before the processes of a new version do.
import { systemClock } from '@kith/kernel/clock.ts';
import type { Config } from '@kith/kernel/config.ts';
import { ConfigurationError, loadConfig } from '@kith/kernel/config.ts';
import { Command } from 'commander';
import postgres from 'postgres';
import { holdsOthers, migrateConfigured, seedConfigured } from './database.ts';
import { StartRefused } from './refused.ts';

const command = new Command('pnpm db:migrate')
  .description(
    'Brings the database of DATABASE_URL up to date: the migrations it lacks in one transaction, the months ahead of its logs, and the passwords of the ' +
      'roles. Safe to run at any time, and by several at once.',
  )
  .option('--demo', 'put the demo data in as well, unless other people are there; refused in production')
  .addHelpText(
    'after',
    '\nThe passwords are those of USERS_DATABASE_URL, TENANTS_DATABASE_URL, SESSIONS_DATABASE_URL, GAMIFICATION_DATABASE_URL and\n' +
      'READER_DATABASE_URL, or derived from DATABASE_ROLE_SECRET. --demo needs PASSWORD_PEPPER. See .env.example.',
  )
  .parse();

const { demo = false } = command.opts<{ demo?: true }>();
try {
  const config = loadConfig(['DATABASE_URL', ...(demo ? (['PASSWORD_PEPPER'] as const) : [])]);
  if (demo && config.NODE_ENV === 'production') throw new StartRefused('The demo data, whose password everybody knows, does not go into production.');
  const ran = await migrateConfigured(config);
  for (const name of ran) console.log(`ran ${name}`);
  console.log(ran.length === 0 ? 'The database was up to date.' : `The database is up to date: ${ran.length} ${ran.length === 1 ? 'migration' : 'migrations'} ran.`);
  if (demo) console.log(await addDemoData(loadConfig(['DATABASE_URL', 'PASSWORD_PEPPER'])));
} catch (error) {
  console.error(explain(error));
  process.exitCode = 1;
}

async function addDemoData(config: Config<'DATABASE_URL' | 'PASSWORD_PEPPER'>): Promise<string> {
  if (await holdsOthers(config.DATABASE_URL)) throw new StartRefused('The database holds people of its own: the demo data does not go in beside them.');
  return (await seedConfigured(config, systemClock.now())) ? 'The demo data is in.' : 'The demo data was there.';
}

/** What a person can mend is said in a line; a fault keeps its stack. */
function explain(error: unknown): string {
  if (error instanceof ConfigurationError || error instanceof StartRefused) return error.message;
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? error.cause : error;
  if (cause instanceof postgres.PostgresError) return `PostgreSQL refused: ${cause.message} (${cause.code})`;
  if ('code' in cause && 'address' in cause) return `PostgreSQL cannot be reached: ${cause.message}`;
  return cause.stack ?? cause.message;
}
