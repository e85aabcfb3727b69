import type { RequestReads } from '@kith/drizzle/requestReads.ts';
import { enforceAudiences } from '@kith/kernel/audience.ts';
import type { Log } from '@kith/kernel/log.ts';
import { DateTime, JSONObject } from '@kith/kernel/scalars.ts';
import type { Subgraph } from '@kith/kernel/subgraph.ts';
import { buildSchema, makeSubgraph } from '@kith/kernel/subgraph.ts';
import { subgraphSdl } from '@kith/schema/sdl.ts';
import { makeContext } from './context.ts';
import { policy, subjectOf } from './domain/policy.ts';
import { AccountDeletion } from './resolvers/accountDeletion.ts';
import { AuditEntry } from './resolvers/auditEntry.ts';
import { Invitation } from './resolvers/invitation.ts';
import { Membership } from './resolvers/membership.ts';
import { Mutation } from './resolvers/mutation.ts';
import { Notification } from './resolvers/notification.ts';
import { Profile } from './resolvers/profile.ts';
import { Query } from './resolvers/query.ts';
import { RoleChange } from './resolvers/roleChange.ts';
import { StatusChange } from './resolvers/statusChange.ts';
import { User } from './resolvers/user.ts';
import { UserPermissions } from './resolvers/userPermissions.ts';
import type { UsersParts } from './usersParts.ts';

/** Makes the users subgraph: people, their profiles, and the directory of each tenant. */
export function usersSubgraph(options: { readsOf: RequestReads; parts: UsersParts; log: Log }): Subgraph {
  const resolvers = {
    AccountDeletion,
    AuditEntry,
    DateTime,
    Invitation,
    JSONObject,
    Membership,
    Mutation,
    Notification,
    Profile,
    Query,
    RoleChange,
    StatusChange,
    User,
    UserPermissions,
  };
  const schema = buildSchema(subgraphSdl('users'), resolvers);
  enforceAudiences(schema, policy, subjectOf);
  return makeSubgraph({ name: 'users', schema, contextOf: (request) => makeContext(request, options.readsOf, options.parts), log: options.log });
}
