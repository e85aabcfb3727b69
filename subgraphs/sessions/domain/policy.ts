import type { Audience } from '@kith/kernel/audience.ts';
import type { UserId } from '@kith/kernel/ids.ts';
import type { Viewer } from '@kith/kernel/viewer.ts';

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
