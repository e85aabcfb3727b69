import type { Client } from '@kith/kernel/request.ts';
import type { Viewer } from '@kith/kernel/viewer.ts';
import type { TenantsParts } from '../tenantsParts.ts';

/** Who acts, in which request, from where, and what with. */
export interface Acting {
  readonly viewer: Viewer;
  readonly requestId: string;
  readonly client: Client;
  readonly parts: TenantsParts;
}
