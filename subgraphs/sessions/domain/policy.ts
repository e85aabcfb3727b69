import type { Audience } from '@kith/kernel/audience.ts';
import type { UserId } from '@kith/kernel/ids.ts';
import type { SignedIn, Viewer } from '@kith/kernel/viewer.ts';

/** Who may do what in the sessions subgraph. */

/**
 * Whether a viewer belongs to the audience of a guarded field of a person. An administrator passes for anybody the graph
 * led to: which sessions then show is cut to the active tenant by the query and by row-level security.
 */
export function belongsTo(viewer: Viewer, audience: Audience, person: { readonly id: UserId }): boolean {
  if (viewer.kind === 'anonymous') return false;
  switch (audience) {
    case 'SELF':
      return viewer.userId === person.id;
    case 'TENANT_ADMINS':
      return viewer.role === 'ADMIN';
  }
}

/** Whether somebody may end sessions of others that were opened in their active tenant. */
export function mayEndSessionsOfTenant(person: SignedIn): boolean {
  return person.role === 'ADMIN' && person.tenantId !== null;
}

/** Whether a viewer sees all there is about how a person signs in: where it was tried from, and what was out of the ordinary. Only oneself does. */
export function seesWholeSecurity(viewer: Viewer, userId: UserId): boolean {
  return viewer.kind === 'person' && viewer.userId === userId;
}
