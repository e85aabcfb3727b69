import { GraphRequest } from '@kith/kernel/request.ts';
import { contextHeader, signContext } from '@kith/kernel/signedContext.ts';
import { anonymous } from '@kith/kernel/viewer.ts';
import { v7 } from 'uuid';

const timeoutMs = 2_000;
const nobody = { address: null, userAgent: null, acceptLanguage: null, acceptEncoding: null, refreshCookie: null };

/** Sends a subgraph in another process something beside the graph. */
export type SendMessage = (message: unknown) => Promise<Response>;

/** Makes what sends messages to a subgraph: signed as every call to one is, on nobody's behalf. Throws when it is refused or not answered in time. */
export function messagesTo(subgraph: string, url: string, path: string, contextSecret: string): SendMessage {
  const secret = new TextEncoder().encode(contextSecret);
  const endpoint = new URL(path, url);
  return async (message) => {
    const body = JSON.stringify(message);
    const token = await signContext(secret, subgraph, new GraphRequest({ viewer: anonymous, requestId: v7(), client: nobody }), body);
    const headers = { 'content-type': 'application/json', [contextHeader]: token };
    const response = await fetch(endpoint, { method: 'POST', headers, body, redirect: 'error', signal: AbortSignal.timeout(timeoutMs) });
    if (!response.ok) throw new Error(`the ${subgraph} subgraph answered ${response.status}`);
    return response;
  };
}
