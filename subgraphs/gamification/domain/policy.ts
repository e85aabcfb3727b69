import type { TenantId } from '@kith/kernel/ids.ts';
import type { Policy, Subject } from '@kith/kernel/policy.ts';
import type { Viewer } from '@kith/kernel/viewer.ts';
import { scopeOf } from '@kith/kernel/viewer.ts';

/** Who may do what in the gamification subgraph. */
export const policy = {
  acts: {},
  fields: {
    'Tenant.circulation': ['TENANT_MODERATORS'],
  },
} as const satisfies Policy;

/** What a guarded field is about: a tenant. */
export function subjectOf(viewer: Viewer, _type: string, tenant: { readonly id: TenantId }): Subject {
  return { userId: null, inActiveTenant: scopeOf(viewer).tenantId === tenant.id };
}
