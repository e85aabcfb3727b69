import { announce } from '@kith/drizzle/announce.ts';
import { eventOf } from '@kith/kernel/events.ts';
import type { UserId } from '@kith/kernel/ids.ts';
import type { AffectedRelation, ErasureReport } from '../domain/erasure.ts';
import { attestation } from '../domain/erasure.ts';
import { keyedHashes } from '../domain/keyedHashes.ts';
import type { ErasureBegun, ErasureStep } from '../stores/erasures.ts';
import { beginErasure, countRows, eraseSome, erasedRows, erasureSteps, findDue, finishErasure } from '../stores/erasures.ts';
import type { UsersParts } from '../usersParts.ts';

const nobody = { userId: null, tenantId: null };

/** How many rows go in one transaction, and how many people are looked up at once. */
const rowsAtOnceMax = 1_000;
const peopleAtOnceMax = 100;

/** Looks on while somebody is erased, a batch at a time. */
export type ErasureWitness = (batch: { readonly userId: UserId; readonly relation: string; readonly erased: number }) => void;

type ErasingParts = Pick<UsersParts, 'database' | 'clock' | 'pepper' | 'records'>;

/**
 * Erases everybody who was deleted more than 30 days ago, and answers whom. Taken up again after a crash, it goes on where it was. Somebody who
 * cannot be erased keeps nobody else from it; what was in the way is thrown in the end.
 */
export async function eraseDue(parts: ErasingParts, tell: ErasureWitness = () => {}): Promise<UserId[]> {
  const erased: UserId[] = [];
  const faults: unknown[] = [];
  for (let before = -1; before < erased.length; ) {
    before = erased.length;
    const due = await parts.database.transaction(nobody, (tx) => findDue(tx, parts.clock.now(), peopleAtOnceMax + faults.length));
    faults.length = 0;
    for (const { userId } of due) {
      await erasePerson(parts, userId, tell).then(
        () => erased.push(userId),
        (error: unknown) => faults.push(error),
      );
    }
  }
  if (faults.length > 0) throw new AggregateError(faults, `${faults.length} people could not be erased`);
  return erased;
}

/** What erasing everybody who is due would do, without doing it. */
export async function previewDue({ database, clock, pepper }: ErasingParts): Promise<{ userId: UserId; relations: AffectedRelation[] }[]> {
  const at = clock.now();
  return database.transaction(nobody, async (tx) => {
    const previews: { userId: UserId; relations: AffectedRelation[] }[] = [];
    for (const { userId, ...logins } of await findDue(tx, at, rowsAtOnceMax)) previews.push({ userId, relations: await countRows(tx, userId, keyedHashes(pepper, logins), at) });
    return previews;
  });
}

async function erasePerson(parts: ErasingParts, userId: UserId, tell: ErasureWitness): Promise<void> {
  const { database, clock, pepper } = parts;
  const begun = await database.transaction(nobody, (tx) => beginErasure(tx, userId, clock.now()));
  if (begun === null || begun.finished) return;
  const hashes = keyedHashes(pepper, begun);
  const steps = await database.transaction(nobody, erasureSteps);
  for (const step of steps.filter(({ step: name }) => !begun.stepsDone.includes(name))) await takeStep(parts, userId, { step, hashes, tell });
  await attest(parts, userId, begun);
}

async function takeStep({ database, clock }: ErasingParts, userId: UserId, how: { step: ErasureStep; hashes: readonly Buffer[]; tell: ErasureWitness }): Promise<void> {
  const { step, hashes, tell } = how;
  for (let done = false; !done; ) {
    // Each batch is a transaction with the note of it: killed anywhere, what is gone is counted, and what is not is still there.
    const batch = await database.transaction(nobody, (tx) => eraseSome(tx, { userId, step: step.step, hashes }, clock.now(), rowsAtOnceMax));
    tell({ userId, relation: step.relation, erased: batch.erased });
    done = batch.done;
  }
}

async function attest({ database, clock, records }: ErasingParts, userId: UserId, { startedAt }: ErasureBegun): Promise<void> {
  const completedAt = clock.now();
  const relations = await database.transaction(nobody, (tx) => erasedRows(tx, userId));
  const report: Omit<ErasureReport, 'signed'> = { userId, startedAt, completedAt, relations };
  const signed = await records.sign(attestation(report));
  await database.transaction(nobody, async (tx) => {
    if (!(await finishErasure(tx, userId, signed, completedAt))) return;
    await announce(tx, eventOf('user.erased', { occurredAt: completedAt, userId, tenantId: null, requestId: 'users.erase_due' }, {}));
  });
}
