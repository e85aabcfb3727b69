import type { RequestReads } from '@kith/drizzle/requestReads.ts';
import { enforceAudiences } from '@kith/kernel/audience.ts';
import type { Log } from '@kith/kernel/log.ts';
import { DateTime } from '@kith/kernel/scalars.ts';
import type { Subgraph } from '@kith/kernel/subgraph.ts';
import { buildSchema, makeSubgraph } from '@kith/kernel/subgraph.ts';
import { subgraphSdl } from '@kith/schema/sdl.ts';
import { makeContext } from './context.ts';
import { policy, subjectOf } from './domain/policy.ts';
import { Login } from './resolvers/login.ts';
import { Mutation } from './resolvers/mutation.ts';
import { Query } from './resolvers/query.ts';
import { Security } from './resolvers/security.ts';
import { Session } from './resolvers/session.ts';
import { User } from './resolvers/user.ts';
import type { SessionsParts } from './sessionsParts.ts';

/** Makes the sessions subgraph: proving who one is, and where one is signed in. */
export function sessionsSubgraph(options: { readsOf: RequestReads; parts: SessionsParts; log: Log }): Subgraph {
  const schema = buildSchema(subgraphSdl('sessions'), { DateTime, Login, Mutation, Query, Security, Session, User });
  enforceAudiences(schema, policy, subjectOf);
  return makeSubgraph({ name: 'sessions', schema, contextOf: (request) => makeContext(request, options.readsOf, options.parts), log: options.log });
}
