import { violatedConstraint } from '@kith/drizzle/violatedConstraint.ts';
import { Refusal } from '@kith/kernel/errors.ts';

/** Runs what may take an administrator away. Refuses LAST_ADMINISTRATOR when the database keeps the last one. */
export async function keepingAnAdministrator<Result>(path: readonly string[], write: () => Promise<Result>): Promise<Result> {
  try {
    return await write();
  } catch (error) {
    if (violatedConstraint(error) !== 'memberships_last_admin') throw error;
    throw new Refusal('LAST_ADMINISTRATOR', 'The tenant would be left without an administrator. Make somebody else one first, or delete the tenant.', path);
  }
}
