// `pnpm audit:export`: writes the audit log of a tenant to the standard output, in a form that can be verified without the database.
import { once } from 'node:events';
import { auditedTenants, readAuditLog } from '@kith/drizzle/auditReading.ts';
import { systemClock } from '@kith/kernel/clock.ts';
import { loadConfig } from '@kith/kernel/config.ts';
import { recordKeys } from '@kith/kernel/recordKeys.ts';
import { Command, InvalidArgumentError } from 'commander';
import postgres from 'postgres';
import { exportLines } from './auditExport.ts';
import { exitCodes, readCommandLine, runCommand } from './commandLine.ts';
import { StartRefused } from './refused.ts';

const command = new Command('pnpm audit:export')
  .description(
    'Writes the audit log of a tenant to the standard output, a JSON object a line, chained as it is kept and with a signed end.\n' +
      '`pnpm audit:verify -- --file <file>` says whether the file is what was exported, and the entries what was written.',
  )
  .requiredOption('--tenant <slug>', 'whose log')
  .option('--from <time>', 'from this time on, such as 2026-11-01 or 2026-11-01T12:00:00Z', momentOf)
  .option('--to <time>', 'before this time', momentOf)
  .addHelpText(
    'after',
    `
What lies between the first and the last entry of the time goes along, whenever it was. Entries from before the chain are left out.

Needs RECORD_KEY and DATABASE_URL, the owner of the database. See .env.example.`,
  );
readCommandLine(command);

const { tenant: slug, from = null, to = null } = command.opts<{ tenant: string; from?: Date; to?: Date }>();

await runCommand(async () => {
  const config = loadConfig(['DATABASE_URL', 'RECORD_KEY']);
  const owner = postgres(config.DATABASE_URL, { max: 1, onnotice: () => {} });
  try {
    const [tenant] = await auditedTenants(owner, slug);
    if (tenant === undefined) throw new StartRefused(`There is no tenant called ${slug}.`);
    await readAuditLog(owner, tenant.id, async (log) => {
      for await (const line of exportLines(recordKeys(config.RECORD_KEY), tenant, log, { from, to, at: systemClock.now() })) {
        if (!process.stdout.write(`${line}\n`)) await once(process.stdout, 'drain');
      }
      if (log.unchained.count > 0) console.error(`Left out: ${log.unchained.count} from before the chain.`);
    });
  } finally {
    await owner.end();
  }
  return exitCodes.well;
});

function momentOf(text: string): Date {
  const moment = new Date(text);
  if (!/^\d{4}-\d\d-\d\d/.test(text) || Number.isNaN(moment.getTime())) throw new InvalidArgumentError('That is no time.');
  return moment;
}
