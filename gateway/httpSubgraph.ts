import type { GraphRequest } from '@kith/kernel/request.ts';
import { contextHeader, signContext } from '@kith/kernel/signedContext.ts';
import type { Subgraph, SubgraphAnswer, SubgraphOperation } from '@kith/kernel/subgraph.ts';
import { z } from 'zod';

/** A subgraph that answers more than this has lost its mind. */
const answerBytesMax = 20 * 1_024 * 1_024;

const answer = z.object({
  data: z.record(z.string(), z.unknown()).nullish(),
  errors: z.array(z.looseObject({ message: z.string() })).nullish(),
  extensions: z.record(z.string(), z.unknown()).nullish(),
});

/** A subgraph in another process: every call carries a context signed for it, and has a deadline. */
export function httpSubgraph(options: { name: string; url: string; contextSecret: string; timeoutMs: number }): Subgraph {
  const { name, timeoutMs } = options;
  const secret = new TextEncoder().encode(options.contextSecret);
  const endpoint = new URL('/graphql', options.url);
  return {
    name,
    async call(request: GraphRequest, operation: SubgraphOperation): Promise<SubgraphAnswer> {
      const body = JSON.stringify(operation);
      const response = await fetch(endpoint, {
        method: 'POST',
        headers: { 'content-type': 'application/json', [contextHeader]: await signContext(secret, name, request, body) },
        body,
        redirect: 'error',
        signal: AbortSignal.timeout(timeoutMs),
      });
      const text = await readCapped(response, name);
      if (!response.ok) throw new Error(`subgraph ${name} answered ${response.status}`);
      return answer.parse(JSON.parse(text)) as SubgraphAnswer; // checked for shape; what is in it the gateway checks against the schema
    },
  };
}

async function readCapped(response: Response, name: string): Promise<string> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of response.body ?? []) {
    bytes += part.byteLength;
    if (bytes > answerBytesMax) throw new Error(`subgraph ${name} answered more than ${answerBytesMax} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

/** Asks a subgraph's process whether it can work. Throws when it cannot, or does not answer in time. */
export async function probeSubgraph(url: string, timeoutMs: number): Promise<void> {
  const response = await fetch(new URL('/ready', url), { signal: AbortSignal.timeout(timeoutMs), redirect: 'error' });
  await response.body?.cancel();
  if (!response.ok) throw new Error(`not ready: ${response.status}`);
}
