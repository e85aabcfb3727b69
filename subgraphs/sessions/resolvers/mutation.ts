import { adoptToken } from '@kith/kernel/adoption.ts';
import { payloads } from '@kith/kernel/payload.ts';
import type { MutationResolvers, UserErrorCode } from '../generated/resolvers.ts';
import { signIn } from '../services/signingIn.ts';

const payloadOf = payloads<UserErrorCode>();

export const Mutation: MutationResolvers = {
  sessionSignIn: async (_, { input }, { client, signingIn, extensions }) => {
    const payload = await payloadOf(signIn(signingIn, client, input));
    // The person who has just signed in may see themselves in the same answer.
    if ('accessToken' in payload) adoptToken(extensions, payload.accessToken);
    return payload;
  },
};
