import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { ChainPlace, ChainedEntry } from '@kith/drizzle/auditChain.ts';
import type { Difference, Walk } from '@kith/drizzle/auditWalk.ts';
import { entriesInWords, walkChain } from '@kith/drizzle/auditWalk.ts';
import type { TenantId, UserId } from '@kith/kernel/ids.ts';
import type { RecordKeys } from '@kith/kernel/recordKeys.ts';
import { id } from '@kith/kernel/viewer.ts';
import { z } from 'zod';
import type { NamedReport } from './auditReports.ts';
import { StartRefused } from './refused.ts';

const digest = z.string().regex(/^[0-9a-f]{64}$/).transform((hex) => Buffer.from(hex, 'hex'));
const moment = z.iso.datetime().transform((text) => new Date(text));
const place = z.object({ seq: z.number().int().min(0), digest });

const head = z.object({ record: z.literal('audit-export'), tenant: z.object({ id: id<TenantId>(), slug: z.string().nullable() }), previous: place });
const entry = z.object({
  record: z.literal('entry'),
  tenantId: id<TenantId>(),
  seq: z.number().int(),
  id: z.string(),
  occurredAt: moment,
  actorId: id<UserId>().nullable(),
  impersonatorId: id<UserId>().nullable(),
  action: z.string(),
  targetType: z.string(),
  targetId: z.string(),
  before: z.unknown(),
  after: z.unknown(),
  ipAddress: z.string().nullable(),
  userAgent: z.string().nullable(),
  requestId: z.string(),
  redactedAt: moment.nullable(),
  digest,
  payloadDigest: digest,
  originDigest: digest,
});
const end = z.object({ record: z.literal('end'), jws: z.string() });
const signedEnd = z.object({ record: z.literal('audit-export'), tenantId: id<TenantId>(), previous: place, last: place, entries: z.number().int() });

type SignedEnd = z.output<typeof signedEnd>;

/** Recomputes the chain of a file that was exported, and compares it with its signed end. Refuses a file that is no export. */
export async function verifyExport(keys: RecordKeys, path: string, tell: () => void): Promise<NamedReport> {
  const lines = createInterface({ input: createReadStream(path), crlfDelay: Infinity })[Symbol.asyncIterator]();
  const { data: begun } = head.safeParse(parsed((await lines.next()).value));
  if (begun === undefined) throw new StartRefused(`${path} is no export of an audit log.`);
  const read: ReadEnd = { signed: null, unread: null };
  const walk = await walkChain(keys, begun.previous, entriesIn(lines, keys, begun.tenant.id, read), new Map(), tell);
  const { id: tenantId, slug } = begun.tenant;
  const report = { tenantId, slug, entries: walk.entries, redacted: walk.redacted, unchained: 0, checkpoints: 0, prunedTo: begun.previous.seq };
  return { ...report, difference: walk.difference ?? read.unread ?? differentEnd(read.signed, tenantId, begun.previous, walk) };
}

/** What came of reading to the end. */
interface ReadEnd {
  signed: SignedEnd | null;
  unread: Difference | null;
}

async function* entriesIn(lines: AsyncIterator<string>, keys: RecordKeys, tenantId: TenantId, read: ReadEnd): AsyncGenerator<ChainedEntry> {
  for (let number = 2; ; number += 1) {
    const { value, done } = await lines.next();
    if (done === true) return;
    const line = parsed(value);
    const { data: found } = entry.safeParse(line);
    if (found !== undefined && found.tenantId === tenantId) {
      yield found;
      continue;
    }
    const { data: ended } = end.safeParse(line);
    read.signed = ended === undefined ? null : await signedEndIn(keys, ended.jws);
    if (ended === undefined) read.unread = { kind: 'ENTRY_EDITED', seq: null, entryId: null, what: `line ${number} is no entry of this log` };
    return;
  }
}

async function signedEndIn(keys: RecordKeys, jws: string): Promise<SignedEnd | null> {
  return keys.verify(jws).then((payload) => signedEnd.safeParse(payload).data ?? null, () => null);
}

function differentEnd(signed: SignedEnd | null, tenantId: TenantId, previous: ChainPlace, { last, entries }: Walk): Difference | null {
  const found = (kind: Difference['kind'], what: string): Difference => ({ kind, seq: last.seq, entryId: null, what });
  if (signed === null || signed.tenantId !== tenantId) return found('CHECKPOINT_FORGED', 'the file has no end that was signed for this log');
  if (signed.last.seq > last.seq) return found('TAIL_CUT', `${entriesInWords(last.seq + 1, signed.last.seq)} missing at the end`);
  if (signed.previous.seq !== previous.seq) return found('BEGINNING_REMOVED', `the export began behind entry ${signed.previous.seq}, the file begins behind ${previous.seq}`);
  const same = signed.entries === entries && signed.last.digest.equals(last.digest) && signed.previous.digest.equals(previous.digest);
  return same ? null : found('HISTORY_REPLACED', 'what was exported ended otherwise');
}

function parsed(line: unknown): unknown {
  try {
    return JSON.parse(String(line));
  } catch {
    return undefined;
  }
}
