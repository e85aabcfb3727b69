import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { AuditCheckpoint } from '@kith/drizzle/auditCheckpoints.ts';
import { readCheckpoint } from '@kith/drizzle/auditCheckpoints.ts';
import type { RecordKeys } from '@kith/kernel/recordKeys.ts';
import { StartRefused } from './refused.ts';

const compactJws = /\beyJ[\w-]+\.[\w-]+\.[\w-]+/;

/** Reads the checkpoints out of a file of log lines, or of bare JWS. Refuses a file without any, or with one that was not signed with this key. */
export async function readAnchors(keys: RecordKeys, path: string): Promise<AuditCheckpoint[]> {
  const anchors: AuditCheckpoint[] = [];
  let number = 0;
  for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
    number += 1;
    const [jws] = compactJws.exec(line) ?? [];
    if (jws === undefined) continue;
    await keys.verify(jws).catch(() => {
      throw new StartRefused(`Line ${number} of ${path} is not signed with this RECORD_KEY.`);
    });
    const checkpoint = await readCheckpoint(keys, jws);
    if (checkpoint !== null) anchors.push(checkpoint); // other records are signed with the same key
  }
  if (anchors.length === 0) throw new StartRefused(`There is no checkpoint in ${path}.`);
  return anchors;
}
