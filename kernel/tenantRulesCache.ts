import { LRUCache } from 'lru-cache';
import { RequestError } from './errors.ts';
import type { TenantId } from './ids.ts';
import type { GatewayRules } from './tenantRules.ts';

export interface TenantRulesCacheOptions {
  /** Asks for the rules of a tenant. */
  readonly load: (tenantId: TenantId) => Promise<GatewayRules>;
  /** How long rules stay in force that cannot be asked for again. */
  readonly believedMs: number;
  readonly entriesMax?: number;
  /** Milliseconds of a clock that only goes forward. */
  readonly nowMs?: () => number;
}

interface Known {
  readonly rules: GatewayRules;
  readonly askedAt: number;
}

/** So long rules are taken for true while nobody would tell of a change. */
const untoldMsMax = 1_000;
/** So long nobody is asked again after asking failed: what hangs would cost every request its deadline. */
const restMs = 1_000;

/**
 * The rules of tenants a process knows of, the ones asked for last. While changes are heard of they are true until one is; while they are not,
 * for a second. What was on its way when its tenant changed is answered to whoever waited for it, since they asked before, and not kept.
 */
export class TenantRulesCache {
  readonly #options: TenantRulesCacheOptions;
  readonly #now: () => number;
  readonly #known: LRUCache<TenantId, Known>;
  readonly #loading = new Map<TenantId, Promise<GatewayRules>>();
  #hearing = false;
  /** Until when changes were heard of: until then all that is known was true. */
  #heardUntil = -Infinity;
  #restsUntil = -Infinity;

  constructor(options: TenantRulesCacheOptions) {
    this.#options = options;
    this.#now = options.nowMs ?? (() => performance.now());
    this.#known = new LRUCache({ max: options.entriesMax ?? 10_000 });
  }

  /** How many tenants' rules are kept. */
  get size(): number {
    return this.#known.size;
  }

  /** The rules in force. Refuses INTERNAL when they are not known, or have been out of reach for too long. */
  async rulesOf(tenantId: TenantId): Promise<GatewayRules> {
    const known = this.#known.get(tenantId);
    if (known !== undefined && (this.#hearing || this.#now() - known.askedAt < untoldMsMax)) return known.rules;
    try {
      return await this.#load(tenantId);
    } catch {
      const believed = this.#known.get(tenantId);
      if (believed !== undefined && this.#now() - Math.max(believed.askedAt, this.#heardUntil) <= this.#options.believedMs) return believed.rules;
      throw new RequestError('INTERNAL', 'What your tenant allows cannot be found out at the moment.');
    }
  }

  /** Forgets the rules of a tenant: they have changed. */
  forget(tenantId: TenantId): void {
    this.#known.delete(tenantId);
    this.#loading.delete(tenantId);
  }

  /** From here on changes are told of by `forget`. What is known may have changed in the gap, and is forgotten. */
  hearing(): void {
    this.#known.clear();
    this.#loading.clear();
    this.#restsUntil = -Infinity;
    this.#hearing = true;
  }

  /** Changes are not told of any more; until `at` they were. */
  deaf(at: number): void {
    if (!this.#hearing) return;
    this.#hearing = false;
    this.#heardUntil = at;
    // What is on its way is asked for anew: its answer could be older than a change nobody told of.
    this.#loading.clear();
  }

  #load(tenantId: TenantId): Promise<GatewayRules> {
    const underWay = this.#loading.get(tenantId);
    if (underWay !== undefined) return underWay;
    if (this.#now() < this.#restsUntil) return Promise.reject(new Error('the rules of tenants could not be asked for a moment ago'));
    const askedAt = this.#now();
    const loading: Promise<GatewayRules> = this.#options.load(tenantId).then(
      (rules) => {
        if (this.#ends(tenantId, loading)) this.#known.set(tenantId, { rules, askedAt });
        return rules;
      },
      (error: unknown) => {
        if (this.#ends(tenantId, loading)) this.#restsUntil = this.#now() + restMs;
        throw error;
      },
    );
    this.#loading.set(tenantId, loading);
    return loading;
  }

  /** Whether an answer is still the one that is waited for. One that was overtaken by a change is not. */
  #ends(tenantId: TenantId, loading: Promise<GatewayRules>): boolean {
    if (this.#loading.get(tenantId) !== loading) return false;
    this.#loading.delete(tenantId);
    return true;
  }
}
