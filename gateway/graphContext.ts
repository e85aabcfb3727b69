import type { RefreshCookie } from '@kith/kernel/gatewayNotes.ts';
import type { GraphRequest } from '@kith/kernel/request.ts';

/** What travels with an operation through the gateway. */
export interface GraphContext {
  /** On whose behalf subgraphs are asked. Signing in replaces it in the middle of an operation. */
  request: GraphRequest;
  /** How often subgraphs were asked. */
  fetches: number;
  /** Puts a refresh token into a cookie beside the answer, or, given null, takes it out. */
  readonly setRefreshCookie: (cookie: RefreshCookie | null) => void;
}
