const SIGN_IN = `mutation DemoSignIn($input: SessionSignInInput!) {
  sessionSignIn(input: $input) {
    accessToken
    expiresAt
    errors { code message path }
  }
}`;

interface SignInAnswer {
  data?: {
    sessionSignIn?: {
      accessToken?: string | null;
      expiresAt?: string | null;
      errors?: { code: string; message: string }[];
    } | null;
  } | null;
  errors?: { message: string }[];
}

/** An access token as the graph handed it out. */
export interface SignedIn {
  accessToken: string;
  /** How long it is good from now. By the server's clock alone: this computer's may be minutes off. */
  lifeMs: number;
}

/**
 * Signs in over the graph itself, with the mutation any client would use.
 * Throws an Error whose message may be shown: the graph's own words, or that it did not answer.
 */
export async function signIn(graphUrl: string, login: string, password: string): Promise<SignedIn> {
  const { answer, serverNowMs } = await ask(graphUrl, { login, password });
  const payload = answer.data?.sessionSignIn;
  const refusal = payload?.errors?.[0];
  if (refusal) throw new Error(`${refusal.message} (${refusal.code})`);
  if (!payload?.accessToken || !payload.expiresAt) {
    throw new Error(answer.errors?.[0]?.message ?? 'The graph handed out no token.');
  }
  return { accessToken: payload.accessToken, lifeMs: Date.parse(payload.expiresAt) - serverNowMs };
}

async function ask(
  graphUrl: string,
  input: { login: string; password: string },
): Promise<{ answer: SignInAnswer; serverNowMs: number }> {
  const response = await fetch(graphUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify({ query: SIGN_IN, operationName: 'DemoSignIn', variables: { input } }),
  }).catch(() => {
    throw new Error('The graph did not answer.');
  });
  const answer: unknown = await response.json().catch(() => {
    throw new Error(`The graph answered HTTP ${response.status} without JSON.`);
  });
  const serverNowMs = Date.parse(response.headers.get('date') ?? '') || Date.now();
  return { answer: answer as SignInAnswer, serverNowMs }; // read with optional chaining only, so any JSON is safe here
}
