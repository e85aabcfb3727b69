import { demoPassword, demoPeople } from '@kith/kernel/demo.ts';
import { z } from 'zod';

const answer = z.object({ data: z.object({ sessionSignIn: z.object({ accessToken: z.string() }) }) });

/** Signs the first demo person in through the graph itself, as anybody would, and answers the access token. */
export async function demoToken(url: string): Promise<string> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'user-agent': 'kith-start' },
    body: JSON.stringify({
      query: 'mutation ($input: SessionSignInInput!) { sessionSignIn(input: $input) { accessToken } }',
      variables: { input: { login: demoPeople[0].login, password: demoPassword } },
    }),
  });
  return answer.parse(await response.json()).data.sessionSignIn.accessToken;
}
