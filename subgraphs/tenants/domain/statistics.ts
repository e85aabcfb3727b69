import { RequestError } from '@kith/kernel/errors.ts';
import type { TenantId } from '@kith/kernel/ids.ts';
import type { Role } from '@kith/kernel/role.ts';
import { roles } from '@kith/kernel/role.ts';

/** Where an account stands in its life. */
export const userStatuses = ['PENDING_VERIFICATION', 'ACTIVE', 'SUSPENDED', 'BANNED', 'DELETED'] as const;
export type UserStatus = (typeof userStatuses)[number];

/** How many people of a role and a status a tenant has. */
export interface MemberCount {
  readonly tenantId: TenantId;
  readonly role: Role;
  readonly status: UserStatus;
  readonly members: number;
}

/** What happened in a tenant on a day. */
export interface DailyFigures {
  /** As ISO 8601 writes it, in UTC. */
  readonly day: string;
  readonly signIns: number;
  readonly activePeople: number;
  readonly joined: number;
  readonly left: number;
}

/** How many people belong to a tenant: all, and of each role and status. */
export interface MemberStatistics {
  readonly tenantId: TenantId;
  readonly memberCount: number;
  readonly membersByRole: { readonly role: Role; readonly count: number }[];
  readonly membersByStatus: { readonly status: UserStatus; readonly count: number }[];
}

const daysDefault = 30;
const daysMax = 366;
const dayMs = 86_400_000;

/** Adds up the counts of a tenant. */
export function memberStatistics(tenantId: TenantId, counts: readonly MemberCount[]): MemberStatistics {
  const sumOf = (isMeant: (count: MemberCount) => boolean): number => counts.filter(isMeant).reduce((sum, { members }) => sum + members, 0);
  return {
    tenantId,
    memberCount: sumOf(() => true),
    membersByRole: roles.map((role) => ({ role, count: sumOf((count) => count.role === role) })),
    membersByStatus: userStatuses.map((status) => ({ status, count: sumOf((count) => count.status === status) })),
  };
}

/** Reads for how many days figures are asked for, today included. Refuses BAD_REQUEST outside 1 to 366. */
export function readDays(days: number | null): number {
  const wanted = days ?? daysDefault;
  if (wanted < 1 || wanted > daysMax) throw new RequestError('BAD_REQUEST', `\`days\` must be between 1 and ${daysMax}.`);
  return wanted;
}

/** The day a moment lies in, in UTC. */
export function dayOf(moment: Date): string {
  return moment.toISOString().slice(0, 10);
}

/** The first of so many days that end today. */
export function firstDay(now: Date, days: number): string {
  return dayOf(new Date(now.getTime() - (days - 1) * dayMs));
}

/** The figures of so many days, today's first; a day on which nothing happened has zeros. */
export function everyDay(now: Date, days: number, figures: readonly DailyFigures[]): DailyFigures[] {
  const known = new Map(figures.map((figure) => [figure.day, figure]));
  return Array.from({ length: days }, (_, ago) => {
    const day = dayOf(new Date(now.getTime() - ago * dayMs));
    return known.get(day) ?? { day, signIns: 0, activePeople: 0, joined: 0, left: 0 };
  });
}
