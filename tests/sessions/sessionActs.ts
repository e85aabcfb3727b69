import { demoPassword } from '@kith/kernel/demo.ts';
import { decodeJwt } from 'jose';
import type { Answer, AskOptions, TestGraph } from '../harness/graph.ts';

/** What signing in and refreshing answer. */
export interface Tokens {
  readonly accessToken: string;
  readonly expiresAt: string;
  readonly refreshToken: string | null;
  readonly refreshTokenExpiresAt: string;
  readonly session: { readonly id: string; readonly expiresAt: string; readonly lastSeenAt: string };
}

const tokens = 'accessToken expiresAt refreshToken refreshTokenExpiresAt session { id expiresAt lastSeenAt }';

/** Signs somebody in and answers all that it brings. */
export async function open(graph: TestGraph, input: Record<string, unknown> = {}, options: AskOptions = {}): Promise<Tokens & { readonly answer: Answer }> {
  const answer = await graph.ask(
    `mutation ($input: SessionSignInInput!) { sessionSignIn(input: $input) { ${tokens} errors { code } } }`,
    { input: { login: 'ada@kith.test', password: demoPassword, ...input } },
    options,
  );
  const payload = answer.data?.sessionSignIn;
  if (payload?.accessToken == null) throw new Error(`signing in was refused: ${JSON.stringify(answer)}`);
  return { ...payload, answer };
}

/** Asks for the next pair of tokens. What was refused has a `code`. */
export async function refresh(graph: TestGraph, refreshToken: string | null, options: AskOptions = {}): Promise<Tokens & { readonly code: string | null; readonly answer: Answer }> {
  const answer = await graph.ask(
    `mutation ($input: SessionRefreshInput!) { sessionRefresh(input: $input) { ${tokens} errors { code } } }`,
    { input: refreshToken === null ? {} : { refreshToken } },
    options,
  );
  const payload = answer.data?.sessionRefresh;
  return { ...payload, code: payload?.errors[0]?.code ?? answer.errors[0]?.extensions.code ?? null, answer };
}

/** Signs out and answers how many sessions ended. */
export async function signOut(graph: TestGraph, scope: 'THIS' | 'OTHERS' | 'ALL', options: AskOptions): Promise<number> {
  const { data } = await graph.ask('mutation ($scope: SignOutScope) { sessionSignOut(input: { scope: $scope }) { revokedCount errors { code } } }', { scope }, options);
  return data.sessionSignOut.revokedCount;
}

/** Ends a session and answers the code of the refusal, or null. */
export async function revoke(graph: TestGraph, id: string, token: string | undefined): Promise<string | null> {
  const { data, errors } = await graph.ask('mutation ($id: ID!) { sessionRevoke(input: { id: $id }) { session { id } errors { code } } }', { id }, { token });
  if (data?.sessionRevoke?.session?.id === id) return null;
  return data?.sessionRevoke?.errors[0]?.code ?? errors[0]?.extensions.code ?? 'nothing';
}

/** Who a token stands for, as the graph sees it: the person's username, or the code of the refusal. */
export async function whoIs(graph: TestGraph, token: string): Promise<string> {
  const { data, errors } = await graph.ask('{ me { username } }', {}, { token });
  return data?.me?.username ?? errors[0]?.extensions.code ?? 'nobody';
}

/** What an access token says. */
export function claimsOf(accessToken: string): { readonly sub: string; readonly sid: string; readonly tid: string | null; readonly role: string | null; readonly exp: number } {
  return decodeJwt(accessToken);
}
