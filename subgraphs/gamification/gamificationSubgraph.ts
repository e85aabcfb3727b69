import type { RequestReads } from '@kith/drizzle/requestReads.ts';
import { enforceAudiences } from '@kith/kernel/audience.ts';
import type { Log } from '@kith/kernel/log.ts';
import { DateTime, Decimal } from '@kith/kernel/scalars.ts';
import type { Subgraph } from '@kith/kernel/subgraph.ts';
import { buildSchema, makeSubgraph } from '@kith/kernel/subgraph.ts';
import { subgraphSdl } from '@kith/schema/sdl.ts';
import { makeContext } from './context.ts';
import { policy, subjectOf } from './domain/policy.ts';
import { Player } from './resolvers/player.ts';
import { Tenant } from './resolvers/tenant.ts';
import { User } from './resolvers/user.ts';

/** Makes the gamification subgraph: what people are and have inside a tenant. */
export function gamificationSubgraph(options: { readsOf: RequestReads; log: Log }): Subgraph {
  const schema = buildSchema(subgraphSdl('gamification'), { DateTime, Decimal, Player, Tenant, User });
  enforceAudiences(schema, policy, subjectOf);
  return makeSubgraph({ name: 'gamification', schema, contextOf: (request) => makeContext(request, options.readsOf), log: options.log });
}
