import type { AuditEntryResolvers } from '../generated/resolvers.ts';

export const AuditEntry: AuditEntryResolvers = {
  targetUserId: ({ targetType, targetId }) => (targetType === 'user' ? targetId : null),
};
