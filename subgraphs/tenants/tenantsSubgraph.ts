import type { RequestReads } from '@kith/drizzle/requestReads.ts';
import type { Log } from '@kith/kernel/log.ts';
import { DateTime } from '@kith/kernel/scalars.ts';
import type { Subgraph } from '@kith/kernel/subgraph.ts';
import { buildSchema, makeSubgraph } from '@kith/kernel/subgraph.ts';
import { subgraphSdl } from '@kith/schema/sdl.ts';
import { makeContext } from './context.ts';
import { Query } from './resolvers/query.ts';
import { Tenant } from './resolvers/tenant.ts';
import { TenantConnection, TenantEdge } from './resolvers/tenantConnection.ts';
import { User } from './resolvers/user.ts';

/** Makes the tenants subgraph: tenants and who belongs to them. */
export function tenantsSubgraph(options: { readsOf: RequestReads; log: Log }): Subgraph {
  const schema = buildSchema(subgraphSdl('tenants'), { DateTime, Query, Tenant, TenantConnection, TenantEdge, User });
  return makeSubgraph({ name: 'tenants', schema, contextOf: (request) => makeContext(request, options.readsOf), log: options.log });
}
