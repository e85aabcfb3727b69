import type { Transaction } from '../../database.ts';
import { experienceEntries } from '../../tables/gamification.ts';
import type { Cast } from '../cast.ts';
import { demoIds } from '../demoId.ts';
import { awardsOf } from '../progress.ts';

/** Gives everybody the experience of their level, award by award; a trigger adds it up. */
export async function earnExperience(tx: Transaction, cast: Cast): Promise<void> {
  const nextId = demoIds('award');
  const rows = cast.members.flatMap((member) =>
    awardsOf(member, cast.today).map(({ source, amount, occurredAt }) => ({
      id: nextId(),
      tenantId: member.tenantId,
      playerId: member.playerId,
      amount,
      source,
      occurredAt,
    })),
  );
  await tx.insert(experienceEntries).values(rows);
}
