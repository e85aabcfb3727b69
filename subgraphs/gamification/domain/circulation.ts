import type { TenantId } from '@kith/kernel/ids.ts';

/** The points that are out in a tenant, as exact decimals with 4 places. */
export interface Circulation {
  readonly tenantId: TenantId;
  readonly sparklePoints: string;
  readonly premiumPoints: string;
}

/** Where nothing was ever paid, nothing is out. */
export function nothingOut(tenantId: TenantId): Circulation {
  return { tenantId, sparklePoints: '0.0000', premiumPoints: '0.0000' };
}
