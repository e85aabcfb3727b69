/** What a person may do in a tenant, the weakest first. The order is the order of power. */
export const roles = ['GUEST', 'USER', 'CREATOR', 'VERIFIED_CREATOR', 'MODERATOR', 'ADMIN', 'SYSTEM'] as const;

/** One of `roles`. */
export type Role = (typeof roles)[number];

/** Whether `role` may do all that `floor` may. */
export function atLeast(role: Role, floor: Role): boolean {
  return roles.indexOf(role) >= roles.indexOf(floor);
}
