import type { Role } from '@kith/kernel/role.ts';
import { atLeast } from '@kith/kernel/role.ts';

/**
 * A group of viewers, seen from what a value is about. The first four are those of the SDL's `@audience`; the others say who
 * reaches a person, a tenant or a row at all.
 */
export type Audience = 'SELF' | 'TENANT_ADMINS' | 'TENANT_MODERATORS' | 'PLATFORM_ADMINISTRATORS' | 'TENANT_MEMBERS' | 'BELONGING';

/** Whoever asks, as the checker knows them. */
export interface MatrixViewer {
  readonly name: string;
  readonly personId: string | null;
  /** Where they act, and what they may do there. */
  readonly tenantId: string | null;
  readonly role: Role | null;
  readonly platformAdministrator: boolean;
  /** Every tenant they belong to, the active one and the others. */
  readonly belongsTo: readonly string[];
}

/** What a value is about: a person, with the tenants they belong to, or something of one tenant. */
export interface Subject {
  readonly personId: string | null;
  readonly tenantIds: readonly string[];
}

/** Decides whether a viewer belongs to an audience of a subject. */
export function isAmong(viewer: MatrixViewer, audience: Audience, subject: Subject): boolean {
  const roleThere = viewer.tenantId !== null && subject.tenantIds.includes(viewer.tenantId) ? viewer.role : null;
  switch (audience) {
    case 'SELF':
      return viewer.personId !== null && viewer.personId === subject.personId;
    case 'TENANT_ADMINS':
      return roleThere === 'ADMIN';
    case 'TENANT_MODERATORS':
      return roleThere !== null && atLeast(roleThere, 'MODERATOR');
    case 'TENANT_MEMBERS':
      return roleThere !== null;
    case 'BELONGING':
      return subject.tenantIds.some((tenantId) => viewer.belongsTo.includes(tenantId));
    case 'PLATFORM_ADMINISTRATORS':
      return viewer.platformAdministrator;
  }
}
