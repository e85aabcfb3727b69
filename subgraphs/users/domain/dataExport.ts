import { Refusal } from '@kith/kernel/errors.ts';
import type { UserId } from '@kith/kernel/ids.ts';
import { cursorCodec, cursorId, cursorMoment } from '@kith/kernel/page.ts';
import { z } from 'zod';
import { characters, normalText } from '@kith/kernel/plainText.ts';

/** A document with everything that is kept about a person. */
export interface DataExport {
  readonly id: string;
  readonly label: string | null;
  readonly state: 'QUEUED' | 'READY' | 'EXPIRED';
  readonly requestedAt: Date;
  readonly readyAt: Date | null;
  readonly expiresAt: Date | null;
  readonly document: string | null;
}

/** Where a list of documents goes on: when the last one was asked for, and its id. */
export type DataExportCursor = readonly [requestedAt: string, id: string];

export const dataExportCursors = cursorCodec('data exports', z.tuple([cursorMoment, cursorId]), (row: DataExport) => [row.requestedAt.toISOString(), row.id]);

const readableDays = 7;
const labelLengthMax = 100;

/** Until when a document can be read. */
export function readableUntil(readyAt: Date): Date {
  return new Date(readyAt.getTime() + readableDays * 86_400_000);
}

/** Reads the word somebody finds their document by. Refuses FIELD_TOO_LONG. */
export function readLabel(text: string | null): string | null {
  const label = normalText(text ?? '');
  if (characters(label) > labelLengthMax) throw new Refusal('FIELD_TOO_LONG', `A label has at most ${labelLengthMax} characters.`, ['input', 'label']);
  return label === '' ? null : label;
}

/** A document as it is at a moment: over when its time is, whether or not it was taken out already. */
export function asOf(row: DataExport, now: Date): DataExport {
  return row.expiresAt !== null && row.expiresAt <= now ? { ...row, state: 'EXPIRED', document: null } : row;
}

/** A row about a person, of a relation such as `sessions.login_history`. */
export interface ExportedRow {
  readonly relation: string;
  readonly content: Readonly<Record<string, unknown>>;
}

/** Writes the document: by subgraph and kind of record, with the names of fields as the graph writes names. */
export function documentOf(userId: UserId, madeAt: Date, rows: readonly ExportedRow[]): string {
  const records: Record<string, Record<string, object[]>> = {};
  for (const { relation, content } of rows) {
    const [subgraph = '', kind = ''] = relation.split('.');
    const kinds = (records[subgraph] ??= {});
    (kinds[camelCase(kind)] ??= []).push(Object.fromEntries(Object.entries(content).map(([name, value]) => [camelCase(name), value])));
  }
  return JSON.stringify({ format: 'kith-data-export', version: 1, userId, madeAt: madeAt.toISOString(), records }, null, 2);
}

function camelCase(name: string): string {
  return name.replaceAll(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
