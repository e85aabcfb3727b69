import type { RequestReads } from '@kith/drizzle/requestReads.ts';
import { enforceAudiences } from '@kith/kernel/audience.ts';
import type { Log } from '@kith/kernel/log.ts';
import { DateScalar, DateTime, JSONObject } from '@kith/kernel/scalars.ts';
import type { Subgraph } from '@kith/kernel/subgraph.ts';
import { buildSchema, makeSubgraph } from '@kith/kernel/subgraph.ts';
import { subgraphSdl } from '@kith/schema/sdl.ts';
import { makeContext } from './context.ts';
import { policy, subjectOf } from './domain/policy.ts';
import { AuditEntry } from './resolvers/auditEntry.ts';
import { Invitation, InvitationOffer } from './resolvers/invitation.ts';
import { Membership } from './resolvers/membership.ts';
import { Mutation } from './resolvers/mutation.ts';
import { Query } from './resolvers/query.ts';
import { Tenant } from './resolvers/tenant.ts';
import { TenantConnection, TenantEdge } from './resolvers/tenantConnection.ts';
import { TenantStatistics } from './resolvers/tenantStatistics.ts';
import { User } from './resolvers/user.ts';
import type { TenantsParts } from './tenantsParts.ts';

/** Makes the tenants subgraph: tenants and who belongs to them. */
export function tenantsSubgraph(options: { readsOf: RequestReads; parts: TenantsParts; log: Log }): Subgraph {
  const schema = buildSchema(subgraphSdl('tenants'), {
    AuditEntry,
    Date: DateScalar,
    DateTime,
    Invitation,
    InvitationOffer,
    JSONObject,
    Membership,
    Mutation,
    Query,
    Tenant,
    TenantConnection,
    TenantEdge,
    TenantStatistics,
    User,
  });
  enforceAudiences(schema, policy, subjectOf);
  return makeSubgraph({ name: 'tenants', schema, contextOf: (request) => makeContext(request, options.readsOf, options.parts), log: options.log });
}
