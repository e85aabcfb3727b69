import { createHmac } from 'node:crypto';

/**
 * The roles that log in: one for each subgraph to write with, one for the whole graph to read with, one to run jobs with, and one
 * for the gateway, which follows revocations and the rules of tenants, and sees nothing else.
 */
export const databaseRoles = ['users', 'tenants', 'sessions', 'gamification', 'reader', 'worker', 'gateway'] as const;

/** One of `databaseRoles`. */
export type DatabaseRole = (typeof databaseRoles)[number];

/** The role's name in PostgreSQL. */
export function roleName(role: DatabaseRole): string {
  return `kith_${role}`;
}

/** The role's password: derived from one secret, so that only that one has to be kept. */
export function rolePassword(roleSecret: string, role: DatabaseRole): string {
  return createHmac('sha256', roleSecret).update(`kith database role ${role}`).digest('base64url');
}

/** The owner's address turned into a role's: same server and database, other user and password. */
export function roleUrl(ownerUrl: string, roleSecret: string, role: DatabaseRole): string {
  const url = new URL(ownerUrl);
  url.username = roleName(role);
  url.password = rolePassword(roleSecret, role);
  return url.href;
}
