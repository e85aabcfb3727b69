import { announce } from '@kith/drizzle/announce.ts';
import { appendAudit } from '@kith/drizzle/auditLog.ts';
import { eventOf } from '@kith/kernel/events.ts';
import type { TenantId } from '@kith/kernel/ids.ts';
import { readTenantSettings } from '@kith/kernel/tenantSettings.ts';
import { scopeOf } from '@kith/kernel/viewer.ts';
import { requireMayHere } from '../domain/policy.ts';
import type { ShownSettings } from '../domain/settings.ts';
import type { SettingsInput } from '../domain/settingsChange.ts';
import { changedSettings, differingSettings, isTighter } from '../domain/settingsChange.ts';
import { holdSettings, writeSettings } from '../stores/settings.ts';
import { voidTenantTokens } from '../stores/tenantLife.ts';
import type { Acting } from './acting.ts';
import { versionConflict } from './changingTenant.ts';
import type { Reading } from './readingAgain.ts';
import { besideConflict } from './readingAgain.ts';

/**
 * Changes the rules of the viewer's active tenant, and answers its id. Rules that let fewer people act hold at once: whoever acts there has to go on
 * by them. Refuses FORBIDDEN, SETTING_INVALID, IP_RANGE_INVALID, IP_RANGE_EXCLUDES_YOU, URL_INVALID, and VERSION_CONFLICT when they have changed since `version`.
 */
export async function changeSettings({ viewer, requestId, client, parts }: Acting, input: SettingsInput & { version: number }): Promise<TenantId> {
  const { userId, tenantId } = requireMayHere(viewer, 'manageSettings');
  const at = parts.clock.now();
  await parts.database.transaction(scopeOf(viewer), async (tx) => {
    const kept = await holdSettings(tx, tenantId, at);
    if (kept.version !== input.version) throw versionConflict();
    const present = readTenantSettings(kept.settings);
    const changed = changedSettings(present, input, client.address);
    const { fields, before, after } = differingSettings(present, changed);
    await writeSettings(tx, tenantId, changed, at);
    if (isTighter(present, changed)) await voidTenantTokens(tx, tenantId, at);
    await announce(tx, eventOf('tenant.settings_changed', { occurredAt: at, userId, tenantId, requestId }, { fields }));
    await appendAudit(tx, parts.records, { at, action: 'tenant.settings_update', targetType: 'tenant', targetId: tenantId, before, after, client, requestId });
  });
  return tenantId;
}

/** Reads the rules of a tenant behind the write that answers its id: as they are now, also beside the refusal of an outdated version. */
export function readingSettingsAgain(reading: Reading, write: Promise<TenantId>): Promise<{ settings: ShownSettings }> {
  return besideConflict(reading, write, async (id) => ({ settings: await reading.loaders.settings.clear(id).load(id) }));
}
