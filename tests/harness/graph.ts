import type { DatabaseObservation } from '@kith/drizzle/configuredDatabase.ts';
import { parseConfig } from '@kith/kernel/config.ts';
import { demoPassword } from '@kith/kernel/demo.ts';
import { makeLog } from '@kith/kernel/log.ts';
import { serve } from '@kith/kernel/serve.ts';
import { Shutdown } from '@kith/kernel/shutdown.ts';
import type { Subgraph } from '@kith/kernel/subgraph.ts';
import { apart } from '@kith/start/apart.ts';
import { together } from '@kith/start/together.ts';
import { testEnvironment } from './settings.ts';
import { statementCounter } from './statementCounter.ts';
import type { StatementCounter } from './statementCounter.ts';
import type { TestClock } from './testClock.ts';
import { testClock } from './testClock.ts';

/** An answer of the graph, as it came over HTTP. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // Tests look into answers of every shape; what is not there shows as a failed expectation.
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly data: any;
  readonly errors: readonly { readonly message: string; readonly path?: readonly (string | number)[]; readonly extensions: { readonly code: string; readonly requestId?: string } }[];
}

export interface AskOptions {
  readonly token?: string | undefined;
  readonly headers?: Record<string, string>;
}

/** A running graph and ways to ask it. */
export interface TestGraph {
  readonly url: string;
  readonly clock: TestClock;
  /** What was sent to the database; of use only when the graph runs together. */
  readonly statements: StatementCounter;
  /** How often subgraphs were called since it was last set; of use only when the graph runs together. */
  fetches: number;
  ask(query: string, variables?: Record<string, unknown>, options?: AskOptions): Promise<Answer>;
  /** Signs a person in and answers their access token. */
  signIn(login: string, options?: { password?: string; tenant?: string }): Promise<string>;
  stop(): Promise<void>;
}

export interface TestGraphOptions {
  readonly topology?: 'together' | 'apart';
  readonly clock?: TestClock;
  readonly environment?: NodeJS.ProcessEnv;
  readonly rewrite?: DatabaseObservation['rewrite'];
  readonly around?: (subgraph: Subgraph) => Subgraph;
  /** Takes down what the graph logs, a line each, instead of writing it out; of use only when the graph runs together. */
  readonly logLines?: string[];
}

const needed = ['DATABASE_URL', 'DATABASE_ROLE_SECRET', 'CONTEXT_SECRET', 'PASSWORD_PEPPER', 'ENCRYPTION_KEYS', 'RECORD_KEY'] as const;

/** Starts the graph on a database, on a port of its own, over real HTTP. */
export async function startGraph(databaseUrl: string, options: TestGraphOptions = {}): Promise<TestGraph> {
  const environment = { ...testEnvironment(databaseUrl), ...options.environment };
  const config = parseConfig(environment, needed);
  const { logLines } = options;
  const destination = logLines === undefined ? {} : { destination: { write: (line: string) => void logLines.push(line) } };
  const log = makeLog({ name: 'kith-tests', level: config.LOG_LEVEL, format: 'json', ...destination });
  const shutdown = new Shutdown();
  const clock = options.clock ?? testClock();
  const statements = statementCounter();
  const graph = { clock, statements, fetches: 0 };
  const count = (subgraph: Subgraph): Subgraph => ({
    name: subgraph.name,
    call: (request, operation) => {
      graph.fetches += 1;
      return subgraph.call(request, operation);
    },
  });
  const startTogether = async (): Promise<number> => {
    const observation = { onSent: statements.onSent, rewrite: options.rewrite };
    const around = (subgraph: Subgraph): Subgraph => count(options.around?.(subgraph) ?? subgraph);
    const app = await together({ config, clock, log, shutdown, observation, around });
    return serve(app, { host: config.HOST, port: config.PORT, shutdown, log });
  };
  const startApart = (): Promise<number> => {
    const onDeath = (name: string): void => {
      throw new Error(`the ${name} process died`);
    };
    return apart({ config, environment: { ...process.env, ...environment }, shutdown, onDeath });
  };
  const port = await (options.topology === 'apart' ? startApart() : startTogether());
  const url = `http://127.0.0.1:${port}`;
  const ask: TestGraph['ask'] = (query, variables = {}, { token, headers = {} } = {}) =>
    send(url, JSON.stringify({ query, variables }), { ...(token === undefined ? {} : { authorization: `Bearer ${token}` }), ...headers });
  return Object.assign(graph, {
    url,
    ask,
    signIn: (login: string, how: { password?: string; tenant?: string } = {}) => signIn(ask, login, how),
    stop: () => shutdown.run(log),
  });
}

async function send(url: string, body: string, headers: Record<string, string>): Promise<Answer> {
  const response = await fetch(`${url}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body });
  const { data, errors } = (await response.json()) as Pick<Answer, 'data'> & Partial<Pick<Answer, 'errors'>>; // what it is, the tests find out
  return { status: response.status, headers: response.headers, data, errors: errors ?? [] };
}

async function signIn(ask: TestGraph['ask'], login: string, { password = demoPassword, tenant }: { password?: string; tenant?: string }): Promise<string> {
  const { data } = await ask('mutation ($input: SessionSignInInput!) { sessionSignIn(input: $input) { accessToken errors { code } } }', { input: { login, password, tenant } });
  const { accessToken, errors } = data.sessionSignIn;
  if (accessToken === null) throw new Error(`${login} cannot sign in: ${JSON.stringify(errors)}`);
  return accessToken;
}
