import type { Config } from '@kith/kernel/config.ts';
import type { Log } from '@kith/kernel/log.ts';
import type { Shutdown } from '@kith/kernel/shutdown.ts';
import type { FollowedTenantRules } from '@kith/kernel/tenantRules.ts';
import { TenantRulesFeed } from './tenantRulesFeed.ts';

/**
 * Follows the rules of tenants through PostgreSQL. When it cannot be reached, rules that are known stay in force for as long as tokens are
 * believed, and then no request of anybody in a tenant is answered: see docs/decisions/0014-tenant-rules-at-the-gateway.md.
 */
export async function followTenantRules(options: { config: Config; url: string; log: Log; shutdown: Shutdown }): Promise<FollowedTenantRules> {
  const { config, url, log, shutdown } = options;
  const feed = new TenantRulesFeed({ url, believedMs: config.REVOCATIONS_BELIEVED_MS, log });
  shutdown.add('the feed of the rules of tenants', () => feed.stop());
  await feed.start();
  return feed;
}
