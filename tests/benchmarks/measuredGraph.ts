import { fork } from 'node:child_process';
import { once } from 'node:events';
import { demoPassword } from '@kith/kernel/demo.ts';
import type { Listening } from '@kith/kernel/serve.ts';

/** A graph in a process of its own. */
export interface Process {
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts a graph by what `graphProcess.ts` reads from the environment. */
export async function graphProcess(environment: Record<string, string>): Promise<Process> {
  const child = fork(new URL('graphProcess.ts', import.meta.url), { env: { ...process.env, ...environment } });
  const [{ listening }] = (await once(child, 'message')) as [Listening]; // the first thing it says
  return {
    url: `http://127.0.0.1:${listening}`,
    stop: async () => {
      const ended = once(child, 'exit');
      child.disconnect();
      await ended;
    },
  };
}

/** Asks a graph, and answers the status with the text. */
export async function ask(url: string, query: string, token?: string): Promise<{ status: number; text: string }> {
  const headers = { 'content-type': 'application/json', ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) };
  const response = await fetch(`${url}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query }) });
  return { status: response.status, text: await response.text() };
}

/** Signs Ada in and answers her access token. */
export async function signIn(url: string): Promise<string> {
  const { text } = await ask(url, `mutation { sessionSignIn(input: { login: "ada@kith.test", password: "${demoPassword}" }) { accessToken } }`);
  return (JSON.parse(text) as { data: { sessionSignIn: { accessToken: string } } }).data.sessionSignIn.accessToken; // the shape that was asked for
}

/** Says how long rounds took. */
export function report(what: string, took: readonly number[]): void {
  const sorted = took.toSorted((a, b) => a - b);
  const at = (share: number): string => (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN).toFixed(1);
  console.log(`${what.padEnd(34)} ${sorted.length} rounds   p50 ${at(0.5)} ms   p99 ${at(0.99)} ms   max ${at(1)} ms`);
}
