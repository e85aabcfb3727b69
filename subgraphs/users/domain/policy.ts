import type { Audience } from '@kith/kernel/audience.ts';
import { RequestError } from '@kith/kernel/errors.ts';
import type { Role } from '@kith/kernel/role.ts';
import { atLeast } from '@kith/kernel/role.ts';
import type { SignedIn, Viewer } from '@kith/kernel/viewer.ts';
import { requireSignedIn } from '@kith/kernel/viewer.ts';
import type { Person } from './person.ts';

/** Who may do what in the users subgraph. */

type About = Pick<Person, 'id' | 'inActiveTenant' | 'readBackAs'>;

/** Whether a viewer belongs to the audience of a guarded field of a person. */
export function belongsTo(viewer: Viewer, audience: Audience, person: About): boolean {
  if (person.readBackAs === audience) return true;
  if (viewer.kind === 'anonymous') return false;
  switch (audience) {
    case 'SELF':
      return viewer.userId === person.id;
    case 'TENANT_ADMINS':
      return viewer.role === 'ADMIN' && person.inActiveTenant;
  }
}

/** Whether a viewer may see that a person exists. Banned and deleted people are there for themselves and for administrators only. */
export function maySee(viewer: Viewer, person: About & Pick<Person, 'status'>): boolean {
  if (belongsTo(viewer, 'SELF', person) || belongsTo(viewer, 'TENANT_ADMINS', person)) return true;
  return viewer.kind === 'person' && person.inActiveTenant && person.status !== 'BANNED' && person.status !== 'DELETED';
}

/** Whether a viewer finds people of every status in the directory, or only those in good standing. */
export function mayListEveryone(viewer: Viewer): boolean {
  return viewer.kind === 'person' && viewer.role === 'ADMIN';
}

/** Answers the viewer when they are an administrator, of the active tenant or of the platform. Refuses UNAUTHENTICATED and FORBIDDEN. */
export function requireAdministrator(viewer: Viewer): SignedIn {
  const person = requireSignedIn(viewer);
  if (person.role !== 'ADMIN' && !person.platformAdministrator) throw forbidden();
  return person;
}

/** What deciding about somebody's account asks of them. */
export interface StatusTarget {
  readonly id: Person['id'];
  /** In the active tenant. */
  readonly role: Role;
  readonly platformAdministrator: boolean;
}

/**
 * Refuses FORBIDDEN unless the viewer may suspend, ban and reinstate somebody of the active tenant: its administrators whoever stands
 * below them, platform administrators everybody. An administrator of the platform is out of reach of a tenant's, and nobody decides about themselves.
 */
export function requireMayChangeStatus(viewer: SignedIn, target: StatusTarget): void {
  const below = viewer.platformAdministrator || (!atLeast(target.role, 'ADMIN') && !target.platformAdministrator);
  if (!below || target.id === viewer.userId) throw forbidden();
}

function forbidden(): RequestError {
  return new RequestError('FORBIDDEN', 'You may not do this.');
}
