import type { AuditReport } from '@kith/drizzle/auditLogVerification.ts';
import type { Colors } from 'picocolors/types.js';

/** What was found of a log, and whose it is. */
export interface NamedReport extends Omit<AuditReport, 'tenantId'> {
  readonly tenantId: string;
  readonly slug: string | null;
}

/** Puts reports into one JSON object, for programs. */
export function reportsAsJson(reports: readonly NamedReport[]): string {
  const logs = reports.map((report) => ({ ...report, holds: report.difference === null }));
  return JSON.stringify({ holds: logs.every(({ holds }) => holds), logs }, null, 2);
}

/** Puts reports into lines, for people. */
export function reportsInWords(reports: readonly NamedReport[], colors: Colors): string {
  const broken = reports.filter(({ difference }) => difference !== null).length;
  const summary = `${count(reports.length, 'audit log')}, ${broken === 0 ? 'all of them whole' : `${broken} broken`}.`;
  return [...reports.map((report) => lineOf(report, colors)), summary, ...doubts(reports)].join('\n');
}

function lineOf(report: NamedReport, colors: Colors): string {
  const name = report.slug ?? `${report.tenantId} (a tenant that is gone)`;
  if (report.difference === null) return `${colors.green('whole ')}  ${name}: ${contentOf(report)}`;
  const { kind, what } = report.difference;
  return `${colors.red('BROKEN')}  ${name}: ${kind}, ${what}. Before that: ${contentOf(report)}`;
}

function contentOf({ entries, redacted, unchained, checkpoints, prunedTo }: NamedReport): string {
  return [
    count(entries, 'entry', 'entries'),
    count(checkpoints, 'checkpoint'),
    ...(redacted === 0 ? [] : [`${redacted} with something taken out`]),
    ...(prunedTo === 0 ? [] : [`those up to ${prunedTo} lawfully removed`]),
    ...(unchained === 0 ? [] : [`${unchained} from before the chain, of which nothing can be said`]),
  ].join(', ');
}

/** With another key nothing holds. */
function doubts(reports: readonly NamedReport[]): string[] {
  const broken = reports.filter(({ difference }) => difference !== null);
  return broken.length > 1 && reports.every(({ entries }) => entries === 0) ? ['Not one entry holds: is this the RECORD_KEY they were written with?'] : [];
}

function count(number: number, one: string, several = `${one}s`): string {
  return `${number} ${number === 1 ? one : several}`;
}
