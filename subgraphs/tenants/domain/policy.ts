import type { TenantId } from '@kith/kernel/ids.ts';
import type { Policy, Subject } from '@kith/kernel/policy.ts';
import { forbidden, may, requireMay } from '@kith/kernel/policy.ts';
import type { Role } from '@kith/kernel/role.ts';
import { atLeast } from '@kith/kernel/role.ts';
import type { SignedIn, Viewer } from '@kith/kernel/viewer.ts';
import { scopeOf } from '@kith/kernel/viewer.ts';
import type { Membership, Tenant } from './tenant.ts';

/** Who may do what in the tenants subgraph. */
export const policy = {
  acts: {
    create: ['SIGNED_IN'],
    nameAdministrator: ['PLATFORM_ADMINISTRATORS'],
    listAll: ['PLATFORM_ADMINISTRATORS'],
    update: ['TENANT_ADMINS'],
    manageSettings: ['TENANT_ADMINS'],
    invite: ['TENANT_ADMINS'],
    changeRoles: ['TENANT_ADMINS'],
    removeMembers: ['TENANT_MODERATORS', 'TENANT_ADMINS'],
    readStatistics: ['TENANT_MODERATORS'],
    readAuditLog: ['TENANT_ADMINS'],
    leave: ['TENANT_MEMBERS'],
    delete: ['TENANT_ADMINS', 'PLATFORM_ADMINISTRATORS'],
    suspend: ['PLATFORM_ADMINISTRATORS'],
    restore: ['PLATFORM_ADMINISTRATORS'],
  },
  fields: {
    'Tenant.statusReason': ['TENANT_ADMINS', 'PLATFORM_ADMINISTRATORS'],
    'Tenant.settings': ['TENANT_ADMINS'],
    'Tenant.statistics': ['TENANT_MODERATORS'],
    'Tenant.invitations': ['TENANT_ADMINS'],
    'Tenant.auditLog': ['TENANT_ADMINS'],
    'Tenant.auditExport': ['TENANT_ADMINS'],
    'Membership.roleChanges': ['SELF', 'TENANT_ADMINS'],
    'Membership.invitation': ['TENANT_ADMINS'],
    'User.invitationsSent': ['TENANT_ADMINS'],
    'User.invitationsReceived': ['SELF'],
    'User.auditEntries': ['TENANT_ADMINS'],
    'User.auditedActs': ['TENANT_ADMINS'],
  },
} as const satisfies Policy;

/** What a tenant can be the object of. */
export type TenantAct = keyof (typeof policy)['acts'];

/** What is not there yet, or belongs to whoever it may be: only what somebody is everywhere counts. */
export const aboutNothingYet: Subject = { userId: null, inActiveTenant: false };

/** A tenant, as rights about it see it. */
export function aboutTenant(viewer: Viewer, tenantId: TenantId): Subject {
  return { userId: null, inActiveTenant: scopeOf(viewer).tenantId === tenantId };
}

/** What rights about a place in a tenant depend on. */
export interface Place extends Pick<Membership, 'userId' | 'role'> {
  readonly tenant: Pick<Membership['tenant'], 'id'>;
}

/** Somebody who may do something in the tenant they act in. */
export type ActingHere = SignedIn & { readonly tenantId: TenantId };

/** Answers the viewer and their active tenant when they may do something to it. Refuses UNAUTHENTICATED, and FORBIDDEN to whoever acts in none. */
export function requireMayHere(viewer: Viewer, act: TenantAct): ActingHere {
  const person = requireMay(policy, viewer, act, { userId: null, inActiveTenant: true });
  if (person.tenantId === null) throw forbidden();
  return { ...person, tenantId: person.tenantId };
}

/** What a viewer may do in a tenant: which buttons to show. Whoever belongs to a tenant may leave it, wherever they act. */
export function permissionsIn(viewer: Viewer, { id, isOwn }: Pick<Tenant, 'id' | 'isOwn'>): Record<ShownAct, boolean> {
  const subject = aboutTenant(viewer, id);
  const shown = Object.fromEntries(shownActs.map((act) => [act, may(policy, viewer, act, subject)])) as Record<ShownAct, boolean>; // one of each
  return { ...shown, leave: shown.leave || isOwn };
}

const shownActs = ['update', 'manageSettings', 'invite', 'changeRoles', 'removeMembers', 'readStatistics', 'readAuditLog', 'leave', 'delete', 'suspend'] as const;
type ShownAct = (typeof shownActs)[number];

/** A place in a tenant, as rights about it see it. */
export function aboutMembership(viewer: Viewer, { userId, tenant }: Place): Subject {
  return { ...aboutTenant(viewer, tenant.id), userId };
}

/** What a guarded field is about: it hangs on a tenant, on a place in one, or on a person, of whom only what is of the active tenant shows. */
export function subjectOf(viewer: Viewer, type: string, parent: never): Subject {
  switch (type) {
    case 'Tenant':
      return aboutTenant(viewer, (parent as { id: TenantId }).id);
    case 'Membership':
      return aboutMembership(viewer, parent);
    default:
      return { userId: (parent as { id: Subject['userId'] }).id, inActiveTenant: true };
  }
}

/** The roles that can be given through the graph. */
export function isAssignable(role: Role): boolean {
  return role !== 'SYSTEM';
}

/** Whether a viewer may change what somebody may do. The last administrator is kept by the database. */
export function mayChangeRole(viewer: Viewer, membership: Place): boolean {
  return may(policy, viewer, 'changeRoles', aboutMembership(viewer, membership)) && isAssignable(membership.role);
}

/** Whether a viewer may remove somebody: administrators everybody else, moderators those below them. */
export function mayRemove(viewer: Viewer, membership: Place): boolean {
  if (viewer.kind !== 'person' || viewer.role === null || viewer.userId === membership.userId || !isAssignable(membership.role)) return false;
  return may(policy, viewer, 'removeMembers', aboutMembership(viewer, membership)) && (viewer.role === 'ADMIN' || !atLeast(membership.role, viewer.role));
}
