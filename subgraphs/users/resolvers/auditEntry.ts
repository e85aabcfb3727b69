import type { AuditEntryResolvers } from '../generated/resolvers.ts';
import { personBehind } from '../services/findingPeople.ts';

// Answered here rather than in tenants, which does not know who may see whom.
export const AuditEntry: AuditEntryResolvers = {
  actor: ({ actorId }, _args, { loaders }) => personBehind(loaders, actorId),
  impersonator: ({ impersonatorId }, _args, { loaders }) => personBehind(loaders, impersonatorId),
  targetUser: ({ targetUserId }, _args, { loaders }) => personBehind(loaders, targetUserId),
};
