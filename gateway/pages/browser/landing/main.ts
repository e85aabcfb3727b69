import type { ExampleOperation, PagesConfig } from '../../config.ts';
import type { DemoSession } from '../shared/demoSession.ts';
import { exampleInAddress, putInAddress } from '../shared/exampleInAddress.ts';
import { mountHeader } from '../shared/header.ts';
import { loadConfig } from '../shared/loadConfig.ts';
import { openSession, settled } from '../shared/openSession.ts';
import { loadSandbox, sandboxSpeaks, type EmbeddedSandbox, type SandboxConstructor } from './sandbox.ts';
import { byId, prepareOfflinePanel, show, showBroken } from './stage.ts';
import './landing.css';

/** A network that swallows packets fails no request: by now a person wants to read something. */
const SCRIPT_PATIENCE_MS = 4_000;
const FRAME_PATIENCE_MS = 8_000;
const SIGN_IN_PATIENCE_MS = 3_000;

function start(config: PagesConfig): void {
  const session = openSession(config);
  let example = exampleInAddress(config.examples) ?? config.examples[0] ?? null;
  let embed: (() => void) | null = null;

  const header = mountHeader(byId('header'), {
    config,
    session,
    page: 'sandbox',
    onExample: open,
  });
  prepareOfflinePanel(config.examples, () => location.reload());

  function open(chosen: ExampleOperation | null): void {
    example = chosen;
    header.show(example);
    putInAddress(example);
    session?.follow(example?.signedInAs ?? null);
    embed?.();
  }

  async function bringSandbox(): Promise<void> {
    const patience = setTimeout(() => show('offline'), SCRIPT_PATIENCE_MS);
    const loading = loadSandbox();
    const [Sandbox] = await Promise.all([loading, settled(session, SIGN_IN_PATIENCE_MS)]).finally(() => clearTimeout(patience));
    show('sandbox');
    embed = embedder(Sandbox, config, session, () => example);
    embed();
    byId('slow').hidden = await sandboxSpeaks(FRAME_PATIENCE_MS);
  }

  open(example);
  bringSandbox().catch(() => show('offline'));
}

/** Returns what puts Sandbox on the page anew; Sandbox takes its document and headers only when it is made. */
function embedder(
  Sandbox: SandboxConstructor,
  config: PagesConfig,
  session: DemoSession | null,
  current: () => ExampleOperation | null,
): () => void {
  let sandbox: EmbeddedSandbox | null = null;
  let shown = '';
  const embed = () => {
    const { login, accessToken, status } = session?.state() ?? { login: null, accessToken: null, status: 'signedOut' };
    // Renewed tokens do not count: a new frame would throw away what the developer typed; handleRequest swaps them in.
    const wanted = JSON.stringify([current()?.name, login, status === 'signedIn']);
    if (wanted === shown || (status === 'signingIn' && sandbox !== null)) return;
    shown = wanted;
    sandbox?.dispose();
    sandbox = new Sandbox({
      target: '#sandbox',
      initialEndpoint: new URL(config.graphUrl, location.href).href,
      initialState: {
        document: current()?.document ?? '',
        variables: current()?.variables ?? {},
        headers: accessToken ? { Authorization: `Bearer ${accessToken}` } : {},
        pollForSchemaUpdates: false,
      },
      endpointIsEditable: false,
      allowDynamicStyles: false,
      runTelemetry: false,
      handleRequest: async (url, options) =>
        fetch(url, { ...options, headers: session ? await session.freshen(options.headers) : options.headers }),
    });
  };
  session?.subscribe(embed);
  return embed;
}

loadConfig().then(start, (error: Error) => showBroken(error.message));
