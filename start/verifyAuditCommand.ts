// `pnpm audit:verify`: recomputes the chains of the audit logs and says whether they are what was written.
import { auditedTenants, readAuditLog } from '@kith/drizzle/auditReading.ts';
import { verifyAuditLog } from '@kith/drizzle/auditLogVerification.ts';
import { loadConfig } from '@kith/kernel/config.ts';
import { recordKeys } from '@kith/kernel/recordKeys.ts';
import { Command } from 'commander';
import pc from 'picocolors';
import postgres from 'postgres';
import { readAnchors } from './auditAnchors.ts';
import { verifyExport } from './auditExportVerification.ts';
import type { NamedReport } from './auditReports.ts';
import { reportsAsJson, reportsInWords } from './auditReports.ts';
import { exitCodes, readCommandLine, runCommand } from './commandLine.ts';
import { entryProgress } from './entryProgress.ts';
import { StartRefused } from './refused.ts';

const command = new Command('pnpm audit:verify')
  .description(
    'Recomputes the chain of every audit log from its first entry to its head, compares it with every signed checkpoint, and names the first\n' +
      'difference of each: an entry that was edited, removed or put in, an end that was cut off, a head or checkpoint that was forged.',
  )
  .option('--tenant <slug>', 'only the log of this tenant')
  .option('--checkpoints <file>', 'compare with the checkpoints in this file as well: log lines that say "audit checkpoint", or bare JWS, a line each')
  .option('--file <file>', 'verify a file that pnpm audit:export wrote, and no database')
  .option('--json', 'say what was found in JSON')
  .addHelpText(
    'after',
    `
Ends with 0 when every log is whole, with 1 when one is broken, with 2 when that could not be found out.

Needs RECORD_KEY and, unless --file is given, DATABASE_URL, the owner of the database. See .env.example.`,
  );
readCommandLine(command);

const { tenant = null, checkpoints, file, json = false } = command.opts<{ tenant?: string; checkpoints?: string; file?: string; json?: true }>();

await runCommand(async () => {
  if (file !== undefined && (tenant !== null || checkpoints !== undefined)) throw new StartRefused('--file is verified by itself, without --tenant and --checkpoints.');
  const progress = entryProgress(process.stderr);
  const tell = (): void => progress.tell();
  const reports = await (file === undefined ? databaseReports(tell) : fileReports(file, tell));
  progress.end();
  // By itself picocolors would colour what is piped wherever CI is set.
  const colors = pc.createColors(hasColors(process.stdout) && pc.isColorSupported);
  console.log(json ? reportsAsJson(reports) : reportsInWords(reports, colors));
  return reports.every(({ difference }) => difference === null) ? exitCodes.well : exitCodes.wrong;
});

async function fileReports(path: string, tell: () => void): Promise<NamedReport[]> {
  return [await verifyExport(recordKeys(loadConfig(['RECORD_KEY']).RECORD_KEY), path, tell)];
}

async function databaseReports(tell: () => void): Promise<NamedReport[]> {
  const config = loadConfig(['DATABASE_URL', 'RECORD_KEY']);
  const keys = recordKeys(config.RECORD_KEY);
  const anchors = checkpoints === undefined ? [] : await readAnchors(keys, checkpoints);
  const owner = postgres(config.DATABASE_URL, { max: 1, onnotice: () => {} });
  try {
    const known = await auditedTenants(owner, tenant);
    if (tenant !== null && known.length === 0) throw new StartRefused(`There is no tenant called ${tenant}.`);
    // Of a log that is gone altogether only what was shipped elsewhere speaks.
    const gone = [...new Set(anchors.map(({ tenantId }) => tenantId))].filter((id) => tenant === null && !known.some((one) => one.id === id));
    const reports: NamedReport[] = [];
    for (const { id, slug } of [...known, ...gone.map((one) => ({ id: one, slug: null }))]) {
      reports.push({ slug, ...(await readAuditLog(owner, id, (log) => verifyAuditLog(keys, id, log, { anchors, tell }))) });
    }
    return reports;
  } finally {
    await owner.end();
  }
}

/** A stream that is piped has no word for it at all, whatever its type says. */
function hasColors({ isTTY = false }: { readonly isTTY?: boolean }): boolean {
  return isTTY;
}
