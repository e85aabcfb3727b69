import type { TenantId } from '@kith/kernel/ids.ts';
import type { Role } from '@kith/kernel/role.ts';
import type { TenantSettings } from '@kith/kernel/tenantSettings.ts';
import { defaultTenantSettings } from '@kith/kernel/tenantSettings.ts';
import type { Account } from './signInDecision.ts';

/** How a person stands at this moment, and where they may act. */
export type Standing = Pick<Account, 'status' | 'platformAdministrator' | 'memberships'>;

/** What a token says a person may do. */
export interface Powers {
  readonly platformAdministrator: boolean;
  readonly tenantId: TenantId | null;
  readonly role: Role | null;
}

/** What a person may do in a tenant as they stand now: outside all tenants when they do not belong to it any more. */
export function powersIn({ platformAdministrator, memberships }: Standing, tenantId: TenantId | null): Powers {
  const membership = memberships.find((one) => one.tenantId === tenantId);
  return { platformAdministrator, tenantId: membership?.tenantId ?? null, role: membership?.role ?? null };
}

/** The rules a person is bound by where they act: outside all tenants, those of a tenant that chose none. */
export function rulesIn({ memberships }: Pick<Standing, 'memberships'>, tenantId: TenantId | null): TenantSettings {
  return memberships.find((one) => one.tenantId === tenantId)?.settings ?? defaultTenantSettings;
}
