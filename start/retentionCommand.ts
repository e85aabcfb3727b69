// `pnpm retention`: for how long what is kept, and removing what is older.
import { setRetention, listRetention } from '@kith/drizzle/retentionPolicies.ts';
import { systemClock } from '@kith/kernel/clock.ts';
import { ConfigurationError, loadConfig } from '@kith/kernel/config.ts';
import { pruneOldAudit } from '@kith/tenants/services/pruningOldAudit.ts';
import { applyRetention } from '@kith/users/services/applyingRetention.ts';
import { usersSettings } from '@kith/users/usersParts.ts';
import { Command, InvalidArgumentError } from 'commander';
import pc from 'picocolors';
import postgres from 'postgres';
import { progressOn } from './progress.ts';
import { StartRefused } from './refused.ts';
import { withTenants } from './tenantsBehind.ts';
import { withUsers } from './usersBehind.ts';

interface Answering {
  readonly json?: boolean;
}

const keepDaysMax = 3_650;

const command = new Command('pnpm retention --').description('For how long each kind of record is kept. Jobs of the users and tenants subgraphs remove what is older, every night.');
command
  .command('list')
  .description('says for how many days each kind is kept')
  .option('--json', 'answer in JSON, on one line')
  .action(async ({ json = false }: Answering) => {
    const policies = await asOwner(listRetention);
    console.log(json ? JSON.stringify({ policies }) : policies.map(({ kind, keepDays }) => `${String(keepDays).padStart(5)} days  ${kind}`).join('\n'));
  });
command
  .command('set')
  .description('keeps a kind for so many days from now on')
  .argument('<kind>', 'one of `list`')
  .argument('<days>', `1 to ${keepDaysMax}`, readDays)
  .option('--json', 'answer in JSON, on one line')
  .action(async (kind: string, keepDays: number, { json = false }: Answering) => {
    if (!(await asOwner((owner) => setRetention(owner, { kind, keepDays }, systemClock.now())))) throw new StartRefused(`There is no kind of record called ${kind}. See: pnpm retention -- list`);
    console.log(json ? JSON.stringify({ kind, keepDays }) : `${kind} is kept for ${keepDays} days.`);
  });
command
  .command('run')
  .description('removes what is older, a thousand rows at a time; can be stopped and run again')
  .option('--dry-run', 'only count it')
  .option('--json', 'answer in JSON, on one line')
  .action(async ({ json = false, dryRun: trial = false }: Answering & { dryRun?: boolean }) => {
    const kept = await progressOn(process.stderr).step(trial ? 'counting what is too old' : 'removing what is too old', () => applyAll(trial));
    console.log(json ? JSON.stringify({ trial, kinds: kept }) : kept.map(({ rows, kind, keepDays }) => `${pc.green(String(rows).padStart(8))}  ${kind}, older than ${keepDays} days`).join('\n'));
  });
command.addHelpText(
  'after',
  `\nlist and set need DATABASE_URL, the owner of the database; run needs ${usersSettings.join(', ')}, and USERS_DATABASE_URL and\nTENANTS_DATABASE_URL, or DATABASE_URL with DATABASE_ROLE_SECRET. See .env.example.`,
);

try {
  await command.parseAsync();
} catch (error) {
  const plain = error instanceof ConfigurationError || error instanceof StartRefused;
  console.error(pc.red(plain ? error.message : String(error instanceof Error ? error.stack : error)));
  process.exitCode = 1;
}

/** Each subgraph removes its own: an audit log only goes with a signature, all else goes by deleting it. */
async function applyAll(trial: boolean): Promise<{ kind: string; keepDays: number; rows: number }[]> {
  const config = loadConfig(usersSettings);
  const kept = await withUsers(config, systemClock, (parts) => applyRetention(parts, { trial }));
  return [...kept, await withTenants(config, systemClock, (parts) => pruneOldAudit(parts, { trial }))];
}

async function asOwner<Result>(work: (owner: postgres.Sql) => Promise<Result>): Promise<Result> {
  const owner = postgres(loadConfig(['DATABASE_URL']).DATABASE_URL, { max: 1, onnotice: () => {} });
  try {
    return await work(owner);
  } finally {
    await owner.end();
  }
}

function readDays(text: string): number {
  const days = Number(text);
  if (!Number.isInteger(days) || days < 1 || days > keepDaysMax) throw new InvalidArgumentError(`It has to be a whole number from 1 to ${keepDaysMax}.`);
  return days;
}
