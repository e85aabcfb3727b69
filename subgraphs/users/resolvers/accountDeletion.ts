import { restorableUntil } from '../domain/accountDeletion.ts';
import type { AccountDeletionResolvers } from '../generated/resolvers.ts';

export const AccountDeletion: AccountDeletionResolvers = {
  deletedBy: ({ deletedById }, _args, { loaders }) => (deletedById === null ? null : loaders.person.load(deletedById)),
  restorableUntil: ({ deletedAt }) => restorableUntil(deletedAt),
};
