/** Where Apollo publishes the embeddable Sandbox; `v2` is the line @apollo/server 5 embeds. The policy in ../../policies.ts allows it. */
const SCRIPT_URL = 'https://embeddable-sandbox.cdn.apollographql.com/v2/embeddable-sandbox.umd.production.min.js';
/** Where the frame comes from that the script puts into the page. */
const FRAME_ORIGIN = 'https://sandbox.embed.apollographql.com';

/** The options of Apollo's EmbeddedSandbox that Kith uses. See https://www.apollographql.com/docs/graphos/platform/sandbox#embedding-sandbox */
export interface SandboxOptions {
  target: string;
  initialEndpoint: string;
  initialState: {
    document: string;
    variables: Record<string, unknown>;
    headers: Record<string, string>;
    pollForSchemaUpdates: boolean;
  };
  endpointIsEditable: boolean;
  /** False: the script may not style its frame inline, which our policy forbids; landing.css does it. */
  allowDynamicStyles: boolean;
  runTelemetry: boolean;
  handleRequest(url: string, options: RequestInit & { headers: Record<string, string> }): Promise<Response>;
}

/** A Sandbox on the page. */
export interface EmbeddedSandbox {
  dispose(): void;
}

/** The constructor which Apollo's script leaves on the window. */
export type SandboxConstructor = new (options: SandboxOptions) => EmbeddedSandbox;

declare global {
  interface Window {
    EmbeddedSandbox?: SandboxConstructor;
  }
}

/** Loads Apollo's script. Throws when it does not come, at once where the network says no. */
export function loadSandbox(): Promise<SandboxConstructor> {
  return new Promise((resolve, reject) => {
    const script = document.createElement('script');
    script.src = SCRIPT_URL;
    script.addEventListener('error', () => reject(new Error('The script of Apollo Sandbox did not load.')));
    script.addEventListener('load', () => {
      if (window.EmbeddedSandbox) resolve(window.EmbeddedSandbox);
      else reject(new Error('The script of Apollo Sandbox is not what was expected.'));
    });
    document.head.append(script);
  });
}

/**
 * Resolves to whether the frame of Sandbox spoke within the time.
 * A frame of another origin that fails to load tells nobody, but a living one announces itself.
 */
export function sandboxSpeaks(withinMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => settle(false), withinMs);
    const listen = (event: MessageEvent) => {
      if (event.origin === FRAME_ORIGIN) settle(true);
    };
    const settle = (spoke: boolean) => {
      clearTimeout(timer);
      window.removeEventListener('message', listen);
      resolve(spoke);
    };
    window.addEventListener('message', listen);
  });
}
