import { wordsOf } from '../domain/notificationWords.ts';
import type { NotificationResolvers } from '../generated/resolvers.ts';

export const Notification: NotificationResolvers = {
  title: (notification) => wordsOf(notification).title,
  body: (notification) => wordsOf(notification).body,
  actor: ({ actorId }, _args, { loaders }) => (actorId === null ? null : loaders.person.load(actorId)),
  // Asked of here: the id alone would be answered without asking the tenants subgraph, also to whoever belongs there no longer.
  tenant: ({ tenantId }, _args, { loaders }) => (tenantId === null ? null : loaders.ownTenant.load(tenantId)),
};
