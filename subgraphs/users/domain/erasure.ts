import type { UserId } from '@kith/kernel/ids.ts';

/** What erasing does to a row. */
export type ErasureFate = 'ERASED' | 'ANONYMISED' | 'KEPT';

/** What becomes of a person's rows in one relation. */
export interface AffectedRelation {
  readonly relation: string;
  readonly rows: number;
  readonly fate: ErasureFate;
}

/** What deleting an account would do. */
export interface DeletionImpact {
  readonly relations: AffectedRelation[];
  readonly totalRows: number;
}

/** What was erased of an account. */
export interface ErasureReport {
  readonly userId: UserId;
  readonly startedAt: Date;
  readonly completedAt: Date;
  readonly relations: AffectedRelation[];
  readonly signed: string;
}

/** What deleting would do, from its parts: what is kept counts for nothing. */
export function impactOf(relations: AffectedRelation[]): DeletionImpact {
  return { relations, totalRows: relations.filter(({ fate }) => fate !== 'KEPT').reduce((total, { rows }) => total + rows, 0) };
}

/** What is signed of an erasure. It names what kind of record it is: one key signs all of them. */
export function attestation({ userId, startedAt, completedAt, relations }: Omit<ErasureReport, 'signed'>): object {
  return { kind: 'kith.erasure', userId, startedAt: startedAt.toISOString(), completedAt: completedAt.toISOString(), relations };
}
