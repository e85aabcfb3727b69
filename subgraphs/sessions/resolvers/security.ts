import type { SecurityResolvers } from '../generated/resolvers.ts';
import { alertsOfPerson, loginsOfPerson, sessionsOfPerson } from '../services/listing.ts';

export const Security: SecurityResolvers = {
  sessions: ({ userId }, args, { loaders }) => sessionsOfPerson(loaders, userId, args),
  twoFactorEnabled: async ({ userId }, _args, { loaders }) => (await loaders.securityFacts.load(userId))?.twoFactorEnabled ?? false,
  backupCodesLeft: async ({ userId }, _args, { loaders }) => (await loaders.securityFacts.load(userId))?.backupCodesLeft,
  passwordChangedAt: async ({ userId }, _args, { loaders }) => (await loaders.securityFacts.load(userId))?.passwordChangedAt,
  loginHistory: ({ userId }, args, { loaders }) => loginsOfPerson(loaders, userId, args),
  alerts: ({ userId }, args, { loaders }) => alertsOfPerson(loaders, userId, args),
};
