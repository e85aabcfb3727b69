import { roles } from '@kith/kernel/role.ts';
import { kithSchema } from './columns.ts';

/** A role in a tenant, ordered by power. */
export const roleType = kithSchema.enum('role', roles);
