import type { UserId } from '@kith/kernel/ids.ts';
import type { Policy, Subject } from '@kith/kernel/policy.ts';
import { may } from '@kith/kernel/policy.ts';
import type { Viewer } from '@kith/kernel/viewer.ts';

/** Who may do what in the sessions subgraph. */
export const policy = {
  acts: {
    /** Of the sessions that were opened in the tenant. */
    revokeSessions: ['SELF', 'TENANT_ADMINS'],
    changeCredentials: ['SELF'],
  },
  fields: {
    'User.security': ['SELF', 'TENANT_ADMINS'],
    'Security.backupCodesLeft': ['SELF'],
    'Security.lastLogin': ['SELF'],
    'Security.loginHistory': ['SELF'],
    'Security.alerts': ['SELF'],
    'Security.knownDevices': ['SELF'],
    'Security.lockout': ['SELF', 'TENANT_ADMINS'],
  },
} as const satisfies Policy;

/**
 * A person, as rights about them see them. An administrator passes for anybody the graph led to: which sessions then show is cut to
 * the active tenant by the query and by row-level security.
 */
export function aboutPerson(userId: UserId): Subject {
  return { userId, inActiveTenant: true };
}

/** What a guarded field is about: it hangs on a person, or on how they prove who they are. */
export function subjectOf(_viewer: Viewer, _type: string, parent: { readonly id: UserId } | { readonly userId: UserId }): Subject {
  return aboutPerson('userId' in parent ? parent.userId : parent.id);
}

/** Whether somebody may end sessions of others that were opened in their active tenant. */
export function mayEndSessionsOfTenant(viewer: Viewer): boolean {
  return viewer.kind === 'person' && viewer.tenantId !== null && may(policy, viewer, 'revokeSessions', { userId: null, inActiveTenant: true });
}
