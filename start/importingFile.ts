import type { ImportOutcome } from '@kith/drizzle/importPeople.ts';
import { importPeople } from '@kith/drizzle/importPeople.ts';
import type { ImportedHash } from '@kith/kernel/importedHashes.ts';
import type postgres from 'postgres';
import type { ReadLine } from './importLines.ts';
import { lineReader } from './importLines.ts';

/** What became of one line. It names nobody: a report may be passed on. */
export interface LineReport {
  readonly number: number;
  readonly outcome: ImportOutcome | null;
  /** Why it was refused. Null when it was not. */
  readonly problem: string | null;
}

export interface ImportOptions {
  readonly trial: boolean;
  readonly now: Date;
  readonly tell: (report: LineReport) => void;
}

/** What became of a whole file. */
export interface ImportSummary {
  readonly imported: number;
  readonly refused: number;
  /** In sentences for the person who imports. */
  readonly text: string;
}

const batchLines = 500;

const problems: Record<ImportOutcome, string | null> = {
  IMPORTED: null,
  EMAIL_TAKEN: 'email: somebody has it already',
  USERNAME_TAKEN: 'username: somebody has it already',
};

/** Imports the lines of a file, in batches, and tells of each what became of it. */
export async function importFile(owner: postgres.Sql, lines: AsyncIterable<string>, { trial, now, tell }: ImportOptions): Promise<ImportSummary> {
  const read = lineReader(now);
  const formats = new Map<string, { hash: ImportedHash; people: number }>();
  let [number, imported, refused] = [0, 0, 0];
  let batch: ReadLine[] = [];

  const flush = async (): Promise<void> => {
    const understood = batch.flatMap((one) => ('person' in one ? [one] : []));
    const outcomes = await importPeople(owner, understood.map(({ person }) => person), { trial });
    const outcomeOf = new Map(understood.map((one, index) => [one.number, outcomes[index] ?? null]));
    for (const one of batch) {
      const outcome = outcomeOf.get(one.number) ?? null;
      const problem = 'problem' in one ? one.problem : outcome === null ? 'was not answered' : problems[outcome];
      if (problem === null) imported += 1;
      else refused += 1;
      if (problem === null && 'hash' in one) formats.set(one.hash.format, { hash: one.hash, people: (formats.get(one.hash.format)?.people ?? 0) + 1 });
      tell({ number: one.number, outcome, problem });
    }
    batch = [];
  };

  for await (const text of lines) {
    number += 1;
    if (text.trim() === '') continue;
    batch.push(read(number, text));
    if (batch.length === batchLines) await flush();
  }
  await flush();
  return { imported, refused, text: await inWords({ imported, refused, trial, formats }) };
}

async function inWords(facts: { imported: number; refused: number; trial: boolean; formats: ReadonlyMap<string, { hash: ImportedHash; people: number }> }): Promise<string> {
  const { imported, refused, trial, formats } = facts;
  const lines = [`${imported} ${imported === 1 ? 'person' : 'people'} ${trial ? 'would be imported' : 'imported'}, ${refused} ${refused === 1 ? 'line' : 'lines'} refused.`];
  let slowestMs = 0;
  for (const [format, { hash, people }] of formats) {
    const milliseconds = await checkMs(hash);
    slowestMs = Math.max(slowestMs, milliseconds);
    lines.push(`  ${format}: ${people}, about ${milliseconds} ms to check`);
  }
  // A wrong password for a slow hash takes longer than one for nobody, until it has been replaced.
  if (slowestMs > 0) lines.push(`While there are such hashes, let SIGN_IN_REFUSAL_MS be well above ${slowestMs}.`);
  return lines.join('\n');
}

async function checkMs(hash: ImportedHash): Promise<number> {
  const startedAt = performance.now();
  await hash.verify('nobody has this password');
  return Math.ceil(performance.now() - startedAt);
}
