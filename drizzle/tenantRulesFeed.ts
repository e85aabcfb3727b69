import { within } from '@kith/kernel/deadline.ts';
import type { TenantId } from '@kith/kernel/ids.ts';
import { parseId } from '@kith/kernel/ids.ts';
import { readIpRanges } from '@kith/kernel/ipRanges.ts';
import type { Log } from '@kith/kernel/log.ts';
import type { FollowedTenantRules, GatewayRules } from '@kith/kernel/tenantRules.ts';
import { TenantRulesCache } from '@kith/kernel/tenantRulesCache.ts';
import postgres from 'postgres';
import { z } from 'zod';

/** The channel PostgreSQL tells on, at the commit, whose rules changed. */
export const tenantRulesChannel = 'kith_tenant_rules';

export interface TenantRulesFeedOptions {
  /** How the role that may ask for the rules of tenants connects. A direct connection: LISTEN does not pass through a transaction pooler. */
  readonly url: string;
  /** How long rules stay in force that cannot be asked for again. */
  readonly believedMs: number;
  readonly log: Log;
}

/** How often it is seen to that the connection lives, and how soon it must answer. */
const probeMs = 1_000;
const answerMsMax = 1_000;

const rulesRow = z
  .object({ allowedIpRanges: z.array(z.string()), apiPerMinute: z.number().nullable(), writesPerMinute: z.number().nullable() })
  .transform((row): GatewayRules => ({ ...row, allowedIpRanges: readIpRanges(row.allowedIpRanges) }));

/**
 * Knows the rules of tenants, and hears at once when they change. One connection listens and is asked: what it answers shows that it hears, and
 * that whatever changed before has been told. Its end is noticed at once, its silence within two seconds; then it is replaced.
 */
export class TenantRulesFeed implements FollowedTenantRules {
  readonly #options: TenantRulesFeedOptions;
  readonly #cache: TenantRulesCache;
  #client: postgres.Sql;
  #timer: NodeJS.Timeout | undefined;
  #probing = false;
  #hearing = false;
  #down = false;
  #heardAt = -Infinity;
  #stopped = false;

  constructor(options: TenantRulesFeedOptions) {
    this.#options = options;
    this.#cache = new TenantRulesCache({ load: (tenantId) => this.#ask(tenantId), believedMs: options.believedMs });
    this.#client = this.#connect();
  }

  /** Begins, and waits for the first answer of the database, though not for ever: without one the process comes up not ready. */
  async start(): Promise<void> {
    await this.#probe();
    this.#timer = setInterval(() => void this.#probe(), probeMs);
    this.#timer.unref();
  }

  rulesOf(tenantId: TenantId): Promise<GatewayRules> {
    return this.#cache.rulesOf(tenantId);
  }

  requireUp(): void {
    if (!this.#hearing) throw new Error('the rules of tenants cannot be followed');
  }

  /** Ends. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#timer);
    await this.#client.end({ timeout: 1 });
  }

  #connect(): postgres.Sql {
    // What the driver's own `listen` is made of. That one listens on a connection of its own, says nothing when it ends, and cannot be asked anything.
    const hearing = { onnotify: (_: string, tenantId: string) => this.#hear(tenantId) };
    const client: postgres.Sql = postgres(this.#options.url, {
      max: 1,
      connect_timeout: 2,
      idle_timeout: 0,
      max_lifetime: null,
      fetch_types: false,
      backoff: () => 0.1,
      onnotice: () => {},
      onclose: () => this.#lose(client),
      connection: { application_name: 'kith-tenant-rules', statement_timeout: answerMsMax },
      ...hearing,
    });
    return client;
  }

  #hear(tenantId: string): void {
    const id = parseId<TenantId>(tenantId);
    if (id !== null) this.#cache.forget(id);
  }

  /** Listens, or, where that is done already, sees to it that the connection lives. */
  async #probe(): Promise<void> {
    if (this.#probing || this.#stopped) return;
    this.#probing = true;
    const client = this.#client;
    const [askedAt, wasHearing] = [performance.now(), this.#hearing];
    try {
      await within(answerMsMax, 'listening for the rules of tenants', wasHearing ? client.unsafe('select') : client.unsafe(`listen ${tenantRulesChannel}`));
      if (client !== this.#client || wasHearing !== this.#hearing) return; // it ended meanwhile
      this.#heardAt = askedAt;
      if (!wasHearing) this.#hears();
    } catch (error) {
      this.#fail(client, error);
    } finally {
      this.#probing = false;
    }
  }

  #hears(): void {
    this.#hearing = true;
    this.#cache.hearing();
    if (this.#down) this.#options.log.info('the rules of tenants can be followed again');
    this.#down = false;
  }

  /** A connection may hang without ever saying so: a new one takes its place. */
  #fail(client: postgres.Sql, error: unknown): void {
    if (this.#stopped || client !== this.#client) return;
    if (!this.#down) this.#options.log.error({ err: error }, 'the rules of tenants cannot be followed');
    this.#down = true;
    this.#client = this.#connect();
    this.#deaf();
    void client.end({ timeout: 0 }).catch(() => {});
  }

  /** A connection has ended: another one listens as soon as there is one. */
  #lose(client: postgres.Sql): void {
    if (this.#stopped || client !== this.#client) return;
    const wasHearing = this.#hearing;
    this.#deaf();
    if (wasHearing) setImmediate(() => void this.#probe());
  }

  #deaf(): void {
    this.#hearing = false;
    this.#cache.deaf(this.#heardAt);
  }

  async #ask(tenantId: TenantId): Promise<GatewayRules> {
    // As JSON, since the driver reads lists only where it may ask for their types first.
    const rows = this.#client`
      select to_json(allowed_ip_ranges) as "allowedIpRanges", api_per_minute as "apiPerMinute", writes_per_minute as "writesPerMinute" from tenants.gateway_rules(${tenantId})`;
    try {
      const [row] = await within(answerMsMax, 'asking for the rules of a tenant', rows);
      return rulesRow.parse(row);
    } catch (error) {
      if (!this.#stopped && !this.#down) this.#options.log.error({ err: error, tenantId }, 'the rules of a tenant cannot be read');
      throw error;
    }
  }
}
