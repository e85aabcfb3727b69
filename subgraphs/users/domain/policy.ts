import type { Audience } from '@kith/kernel/audience.ts';
import type { Viewer } from '@kith/kernel/viewer.ts';
import type { Person } from './person.ts';

/** Who may do what in the users subgraph. */

type About = Pick<Person, 'id' | 'inActiveTenant'>;

/** Whether a viewer belongs to the audience of a guarded field of a person. */
export function belongsTo(viewer: Viewer, audience: Audience, person: About): boolean {
  if (viewer.kind === 'anonymous') return false;
  switch (audience) {
    case 'SELF':
      return viewer.userId === person.id;
    case 'TENANT_ADMINS':
      return viewer.role === 'ADMIN' && person.inActiveTenant;
  }
}

/** Whether a viewer may see that a person exists. Banned and deleted people are there for themselves and for administrators only. */
export function maySee(viewer: Viewer, person: Pick<Person, 'id' | 'inActiveTenant' | 'status'>): boolean {
  if (belongsTo(viewer, 'SELF', person) || belongsTo(viewer, 'TENANT_ADMINS', person)) return true;
  return viewer.kind === 'person' && person.inActiveTenant && person.status !== 'BANNED' && person.status !== 'DELETED';
}

/** Whether a viewer finds people of every status in the directory, or only those in good standing. */
export function mayListEveryone(viewer: Viewer): boolean {
  return viewer.kind === 'person' && viewer.role === 'ADMIN';
}
