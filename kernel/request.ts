import type { Viewer } from './viewer.ts';

/** What is known of the machine a request came from. */
export interface Client {
  readonly address: string | null;
  readonly userAgent: string | null;
  /** What a browser says of itself beside that; it goes into the fingerprint of a session. */
  readonly acceptLanguage: string | null;
  readonly acceptEncoding: string | null;
  /** The refresh token that came in a cookie. */
  readonly refreshCookie: string | null;
}

/** One request of a person or program, from its arrival to its answer. What belongs to it is let go of when it ends. */
export class GraphRequest {
  readonly viewer: Viewer;
  /** Stands in every log line and masked error of the request. */
  readonly requestId: string;
  readonly client: Client;
  readonly #endings: (() => void)[] = [];

  constructor(options: { viewer: Viewer; requestId: string; client: Client }) {
    this.viewer = options.viewer;
    this.requestId = options.requestId;
    this.client = options.client;
  }

  /** The rest of the same request on behalf of somebody else: whoever has just signed in. Ends along with this one. */
  as(viewer: Viewer): GraphRequest {
    const request = new GraphRequest({ viewer, requestId: this.requestId, client: this.client });
    this.onEnd(() => request.end());
    return request;
  }

  /** Has something let go of when the request ends. */
  onEnd(letGo: () => void): void {
    this.#endings.push(letGo);
  }

  /** Ends the request. */
  end(): void {
    for (const letGo of this.#endings.splice(0).toReversed()) letGo();
  }
}
