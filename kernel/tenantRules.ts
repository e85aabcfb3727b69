import type { TenantId } from './ids.ts';
import type { IpRange } from './ipRanges.ts';

/** What a tenant's rules say of requests in it. */
export interface GatewayRules {
  /** From where its people may act in it; none means everywhere. One that cannot be read is null, and holds nobody's address. */
  readonly allowedIpRanges: readonly (IpRange | null)[];
  /** How often each of its people may ask, and change something, within a minute; null means as the process is configured. */
  readonly apiPerMinute: number | null;
  readonly writesPerMinute: number | null;
}

/** What a gateway asks of whoever follows the rules of tenants for it. */
export interface FollowedTenantRules {
  /** The rules in force. Refuses INTERNAL when they are not known, or have been out of reach for too long. */
  rulesOf(tenantId: TenantId): Promise<GatewayRules>;
  /** Throws when rules cannot be followed at this moment. */
  requireUp(): void;
}
