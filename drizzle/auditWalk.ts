import type { RecordKeys } from '@kith/kernel/recordKeys.ts';
import type { ChainPlace, ChainedEntry } from './auditChain.ts';
import { entryDigestOf, originDigestOf, payloadDigestOf } from './auditChain.ts';

/** In which way an audit log is not what was written. */
export type DifferenceKind =
  | 'ENTRY_EDITED'
  | 'ENTRY_REMOVED'
  | 'ENTRY_INSERTED'
  | 'BEGINNING_REMOVED'
  | 'TAIL_CUT'
  | 'HEAD_EDITED'
  | 'CHECKPOINT_FORGED'
  | 'HISTORY_REPLACED';

/** The first place where an audit log is not what was written. */
export interface Difference {
  readonly kind: DifferenceKind;
  /** The number of the entry in its chain. */
  readonly seq: number | null;
  readonly entryId: string | null;
  /** In words for an operator. */
  readonly what: string;
}

/** What is known of a chain from elsewhere: at this number its digest was this. */
export interface Anchor extends ChainPlace {
  readonly at: Date;
}

/** Anchors by the number they speak of. */
export type Anchors = ReadonlyMap<number, readonly Anchor[]>;

/** Puts anchors in order. */
export function anchorsOf(all: readonly Anchor[]): Anchors {
  const anchors = new Map<number, Anchor[]>();
  for (const anchor of all) anchors.set(anchor.seq, [...(anchors.get(anchor.seq) ?? []), anchor]);
  return anchors;
}

/** How far a walk along a chain came. */
export interface Walk {
  readonly last: ChainPlace;
  readonly entries: number;
  /** How many had something taken out. What is left of them was checked like any other. */
  readonly redacted: number;
  readonly difference: Difference | null;
}

/** Walks along a chain from a place that is known to be good, and recomputes every digest. Ends at the first difference. `tell` hears of every entry. */
export async function walkChain(keys: RecordKeys, from: ChainPlace, entries: AsyncIterable<ChainedEntry>, anchors: Anchors, tell: () => void = () => {}): Promise<Walk> {
  let [last, count, redacted] = [from, 0, 0];
  let difference = anchoredOtherwise(anchors, from, null);
  if (difference !== null) return { last, entries: count, redacted, difference };
  for await (const [entry, next] of withNext(entries)) {
    tell();
    difference = differenceAt(keys, last, entry, next) ?? anchoredOtherwise(anchors, entry, entry.id);
    if (difference !== null) break;
    last = { seq: entry.seq, digest: entry.digest };
    count += 1;
    if (entry.redactedAt !== null) redacted += 1;
  }
  return { last, entries: count, redacted, difference };
}

function differenceAt(keys: RecordKeys, last: ChainPlace, entry: ChainedEntry, next: ChainedEntry | null): Difference | null {
  const { seq } = entry;
  const found = (kind: DifferenceKind, what: string, at = seq): Difference => ({ kind, seq: at, entryId: kind === 'ENTRY_REMOVED' ? null : entry.id, what });
  if (seq <= last.seq) return found('ENTRY_INSERTED', `entry ${entry.id} stands at number ${seq}, where another one belongs: it was put in`);
  if (seq > last.seq + 1) return found('ENTRY_REMOVED', `${entriesInWords(last.seq + 1, seq - 1)} missing`, last.seq + 1);
  const edited = editedPart(keys, last, entry);
  if (edited === null) return null;
  if (next?.seq === seq) return found('ENTRY_INSERTED', `two entries stand at number ${seq}, and ${entry.id} is not the one that was written`);
  return found('ENTRY_EDITED', `entry ${seq} (${entry.id}) was edited, or is not the one that was written: ${edited}`);
}

/** Says what of an entry is not what was written. Null when all is. Only what was taken out is not looked at. */
function editedPart(keys: RecordKeys, last: ChainPlace, entry: ChainedEntry): string | null {
  const wasTakenOut = (...parts: readonly unknown[]): boolean => entry.redactedAt !== null && parts.every((part) => part === null);
  if (!wasTakenOut(entry.before, entry.after) && !payloadDigestOf(keys, entry).equals(entry.payloadDigest)) return 'what stood before or after differs';
  if (!wasTakenOut(entry.ipAddress, entry.userAgent) && !originDigestOf(keys, entry).equals(entry.originDigest)) return 'the address or the user agent differs';
  if (!entryDigestOf(keys, last.digest, entry).equals(entry.digest)) return 'its digest does not follow from it and the entry before';
  return null;
}

function anchoredOtherwise(anchors: Anchors, place: ChainPlace, entryId: string | null): Difference | null {
  const other = anchors.get(place.seq)?.find(({ digest }) => !digest.equals(place.digest));
  if (other === undefined) return null;
  const what = `entry ${place.seq} is not the one that was signed for on ${other.at.toISOString()}: the log was written anew from there or before`;
  return { kind: 'HISTORY_REPLACED', seq: place.seq, entryId, what };
}

/** Names one entry or several, with the verb: "entries 3 to 5 are". */
export function entriesInWords(first: number, last: number): string {
  return first === last ? `entry ${first} is` : `entries ${first} to ${last} are`;
}

async function* withNext<Item>(items: AsyncIterable<Item>): AsyncGenerator<readonly [Item, Item | null]> {
  let held: { readonly item: Item } | null = null;
  for await (const item of items) {
    if (held !== null) yield [held.item, item];
    held = { item };
  }
  if (held !== null) yield [held.item, null];
}
