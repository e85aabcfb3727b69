import { cursorCodec, cursorId, cursorMoment } from '@kith/kernel/page.ts';
import { z } from 'zod';
import type { Tenant } from './tenant.ts';

/** A tenant in a list of tenants. */
export interface ListedTenant {
  readonly tenant: Tenant;
}

/** Where the list of all tenants goes on: when the last one was made, and its id. */
export type TenantCursor = readonly [createdAt: string, id: string];

export const tenantCursors = cursorCodec('tenants', z.tuple([cursorMoment, cursorId]), ({ tenant }: ListedTenant) => [tenant.createdAt.toISOString(), tenant.id]);
