// `pnpm db:migrate`: brings the database up to date. The one-shot that runs before the processes of a new version do.
import { systemClock } from '@kith/kernel/clock.ts';
import type { Config } from '@kith/kernel/config.ts';
import { loadConfig } from '@kith/kernel/config.ts';
import { Command } from 'commander';
import { holdsOthers, migrateConfigured, seedConfigured } from './database.ts';
import { explain } from './explanation.ts';
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
      'READER_DATABASE_URL, or derived from DATABASE_ROLE_SECRET. --demo needs PASSWORD_PEPPER and RECORD_KEY. See .env.example.',
  )
  .parse();

const { demo = false } = command.opts<{ demo?: true }>();
try {
  const config = loadConfig(['DATABASE_URL', ...(demo ? (['PASSWORD_PEPPER', 'RECORD_KEY'] as const) : [])]);
  if (demo && config.NODE_ENV === 'production') throw new StartRefused('The demo data, whose password everybody knows, does not go into production.');
  const ran = await migrateConfigured(config);
  for (const name of ran) console.log(`ran ${name}`);
  console.log(ran.length === 0 ? 'The database was up to date.' : `The database is up to date: ${ran.length} ${ran.length === 1 ? 'migration' : 'migrations'} ran.`);
  if (demo) console.log(await addDemoData(loadConfig(['DATABASE_URL', 'PASSWORD_PEPPER', 'RECORD_KEY'])));
} catch (error) {
  console.error(explain(error));
  process.exitCode = 1;
}

async function addDemoData(config: Config<'DATABASE_URL' | 'PASSWORD_PEPPER' | 'RECORD_KEY'>): Promise<string> {
  if (await holdsOthers(config.DATABASE_URL)) throw new StartRefused('The database holds people of its own: the demo data does not go in beside them.');
  return (await seedConfigured(config, systemClock.now())) ? 'The demo data is in.' : 'The demo data was there.';
}
