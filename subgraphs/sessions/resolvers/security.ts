import { may } from '@kith/kernel/policy.ts';
import { aboutPerson, policy } from '../domain/policy.ts';
import { lockoutAt } from '../domain/securityFacts.ts';
import type { SecurityResolvers } from '../generated/resolvers.ts';
import { alertsOfPerson, knownDevicesOfPerson, loginsOfPerson, sessionsOfPerson } from '../services/listing.ts';

export const Security: SecurityResolvers = {
  sessions: ({ userId }, args, { loaders }) => sessionsOfPerson(loaders, userId, args),
  twoFactorEnabled: async ({ userId }, _args, { loaders }) => (await loaders.securityFacts.load(userId))?.twoFactorEnabled ?? false,
  backupCodesLeft: async ({ userId }, _args, { loaders }) => (await loaders.securityFacts.load(userId))?.backupCodesLeft,
  passwordChangedAt: async ({ userId }, _args, { loaders }) => (await loaders.securityFacts.load(userId))?.passwordChangedAt,
  lastLogin: ({ userId }, _args, { loaders }) => loaders.lastLogin.load(userId),
  knownDevices: ({ userId }, args, { loaders }) => knownDevicesOfPerson(loaders, userId, args),
  lockout: async ({ userId }, _args, { loaders, parts }) => lockoutAt(await loaders.securityFacts.load(userId), parts.clock.now()),
  viewerCan: ({ userId }, _args, { viewer }) => ({
    revokeSessions: may(policy, viewer, 'revokeSessions', aboutPerson(userId)),
    changeCredentials: may(policy, viewer, 'changeCredentials', aboutPerson(userId)),
  }),
  loginHistory: ({ userId }, args, { loaders }) => loginsOfPerson(loaders, userId, args),
  alerts: ({ userId }, args, { loaders }) => alertsOfPerson(loaders, userId, args),
};
