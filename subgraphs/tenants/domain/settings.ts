import type { TenantId } from '@kith/kernel/ids.ts';
import type { TenantSettings } from '@kith/kernel/tenantSettings.ts';
import { readTenantSettings } from '@kith/kernel/tenantSettings.ts';

/** The rules of a tenant as they are kept. */
export interface KeptSettings {
  readonly tenantId: TenantId;
  readonly settings: unknown;
  readonly version: number;
  readonly updatedAt: Date;
}

/** The rules of a tenant as the graph shows them. */
export interface ShownSettings extends TenantSettings {
  readonly version: number;
  readonly updatedAt: Date | null;
}

/** The version of rules that nobody has changed. */
export const untouchedVersion = 1;

/** Shows the rules of a tenant, also of one that keeps none. */
export function shownSettings(kept: KeptSettings | null): ShownSettings {
  const version = kept?.version ?? untouchedVersion;
  return { ...readTenantSettings(kept?.settings), version, updatedAt: version === untouchedVersion ? null : (kept?.updatedAt ?? null) };
}
