import type { RefreshCookie } from '@kith/kernel/gatewayNotes.ts';
import type { GraphRequest } from '@kith/kernel/request.ts';
import type { GatewayRules } from '@kith/kernel/tenantRules.ts';

/** What travels with an operation through the gateway. */
export interface GraphContext {
  /** On whose behalf subgraphs are asked. Signing in replaces it in the middle of an operation. */
  request: GraphRequest;
  /** The rules of the tenant the request came to act in; null for nobody, and outside all tenants. */
  readonly rules: GatewayRules | null;
  /** How often subgraphs were asked. */
  fetches: number;
  /** Puts a refresh token into a cookie beside the answer, or, given null, takes it out. */
  readonly setRefreshCookie: (cookie: RefreshCookie | null) => void;
}
