import { announce } from '@kith/drizzle/announce.ts';
import type { Consumer } from '@kith/drizzle/consumer.ts';
import { consumer } from '@kith/drizzle/consumer.ts';
import { violatedConstraint } from '@kith/drizzle/violatedConstraint.ts';
import { Refusal } from '@kith/kernel/errors.ts';
import { eventOf } from '@kith/kernel/events.ts';
import type { EncryptionKeys } from '@kith/kernel/fieldEncryption.ts';
import { decryptField } from '@kith/kernel/fieldEncryption.ts';
import type { UserId } from '@kith/kernel/ids.ts';
import { newRowId } from '@kith/kernel/ids.ts';
import { requireSignedIn, scopeOf } from '@kith/kernel/viewer.ts';
import type { DataExport, ExportedRow } from '../domain/dataExport.ts';
import { documentOf, readLabel, readableUntil } from '../domain/dataExport.ts';
import { phoneNumberPlace } from '../domain/phoneNumber.ts';
import { addDataExport, expireSome, exportedRows, keepDocument } from '../stores/dataExports.ts';
import type { UsersParts } from '../usersParts.ts';
import type { Acting } from './acting.ts';

const rowsAtOnceMax = 100;

/** Asks for a document about oneself. Refuses UNAUTHENTICATED, FIELD_TOO_LONG, and TOO_MANY_REQUESTS for a second one on the same day (UTC). */
export async function requestDataExport({ viewer, requestId, parts }: Acting, input: { label?: string | null }): Promise<{ dataExport: DataExport }> {
  const { userId, tenantId } = requireSignedIn(viewer);
  const label = readLabel(input.label ?? null);
  const requestedAt = parts.clock.now();
  const id = newRowId(requestedAt);
  try {
    await parts.database.transaction(scopeOf(viewer), async (tx) => {
      await addDataExport(tx, { id, userId, label, requestedAt });
      await announce(tx, eventOf('user.data_export_requested', { occurredAt: requestedAt, userId, tenantId, requestId }, { dataExportId: id }));
    });
  } catch (error) {
    if (violatedConstraint(error) === 'data_exports_one_a_day') throw new Refusal('TOO_MANY_REQUESTS', 'You asked for a document today. Ask again tomorrow.');
    throw error;
  }
  return { dataExport: { id, label, state: 'QUEUED', requestedAt, readyAt: null, expiresAt: null, document: null } };
}

/** Makes the documents that were asked for. All that stands in one was read at the same moment. */
export function makeDataExport({ database, clock, encryptionKeys }: UsersParts): Consumer {
  return consumer('users.make_data_export', database, async (tx, { userId, requestId, payload: { dataExportId } }) => {
    if (userId === null) return;
    const readyAt = clock.now();
    const document = documentOf(userId, readyAt, (await exportedRows(tx)).map((row) => readable(encryptionKeys, userId, row)));
    if (!(await keepDocument(tx, dataExportId, document, readyAt, readableUntil(readyAt)))) return;
    await announce(tx, eventOf('user.data_export_ready', { occurredAt: readyAt, userId, tenantId: null, requestId }, { dataExportId }));
  });
}

/** A row as its person can read it: the phone number is kept encrypted. Throws when what is kept was altered or moved. */
function readable(keys: EncryptionKeys, userId: UserId, row: ExportedRow): ExportedRow {
  if (row.relation !== 'users.phone_numbers') return row;
  const { number_encrypted: encrypted, ...rest } = row.content;
  return { ...row, content: { ...rest, number: decryptField(keys, phoneNumberPlace(userId), String(encrypted)) } };
}

/** Takes out the documents whose time is over. */
export async function expireDataExports({ database, clock }: Pick<UsersParts, 'database' | 'clock'>): Promise<void> {
  const now = clock.now();
  while ((await database.transaction({ userId: null, tenantId: null }, (tx) => expireSome(tx, now, rowsAtOnceMax))) === rowsAtOnceMax);
}
