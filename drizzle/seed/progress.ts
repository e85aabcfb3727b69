import type { Member } from './cast.ts';
import { between } from './days.ts';
import { variation } from './variation.ts';

/** Experience someone was given, and the levels they reached by it. */
export interface Award {
  readonly source: string;
  readonly amount: number;
  readonly occurredAt: Date;
  readonly levelsReached: readonly number[];
}

interface Given {
  readonly source: string;
  readonly amount: number;
}

/** What people of the demo data are given experience for, over and over. */
const deeds: readonly Given[] = [
  { source: 'daily_visit', amount: 15 },
  { source: 'question_answered', amount: 35 },
  { source: 'bug_reported', amount: 60 },
  { source: 'daily_visit', amount: 15 },
  { source: 'guide_written', amount: 150 },
  { source: 'question_answered', amount: 35 },
  { source: 'quest_completed', amount: 200 },
  { source: 'event_hosted', amount: 260 },
];

/** Answers the experience at which a level begins (product.md, G1). */
export function levelStartsAt(level: number): number {
  return 25 * (level - 1) * (level + 2);
}

/** Everything a member was given on the way to their level: registration first, then the e-mail address, then what they did. */
export function awardsOf(member: Member, today: Date): Award[] {
  const given = givenTo(member);
  let experience = 0;
  return given.map(({ source, amount }, index) => {
    const before = experience;
    experience += amount;
    return { source, amount, occurredAt: momentOf(member, today, index, given.length), levelsReached: levelsBetween(before, experience) };
  });
}

function givenTo(member: Member): Given[] {
  const given: Given[] = [{ source: 'registration', amount: 10 }];
  if (member.verifiedAt === null) return given;
  given.push({ source: 'email_verified', amount: 20 });
  let missing = targetOf(member) - 30;
  for (let turn = variation(deeds.length, member.playerId); missing > 0; turn += 1) {
    const { source, amount } = deeds[turn % deeds.length] ?? { source: 'daily_visit', amount: 15 };
    given.push({ source, amount: Math.min(amount, missing) });
    missing -= amount;
  }
  return given;
}

/** Somewhere inside the level, but not below what everybody starts with. */
function targetOf({ level, playerId }: Member): number {
  const start = levelStartsAt(level);
  return Math.max(30, start + variation(levelStartsAt(level + 1) - start, playerId, 'experience'));
}

function momentOf({ joinedAt, verifiedAt }: Member, today: Date, index: number, count: number): Date {
  if (index === 0) return joinedAt;
  const start = verifiedAt !== null && verifiedAt > joinedAt ? verifiedAt : joinedAt;
  return between(start, today, (index - 1) / count);
}

function levelsBetween(before: number, after: number): number[] {
  const levels: number[] = [];
  for (let level = 2; levelStartsAt(level) <= after; level += 1) {
    if (levelStartsAt(level) > before) levels.push(level);
  }
  return levels;
}
