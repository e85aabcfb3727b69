import { Refusal } from '@kith/kernel/errors.ts';

/** The refusal of a name that somebody goes by, or did until lately. */
export function usernameTaken(): Refusal {
  return new Refusal('USERNAME_TAKEN', 'Somebody goes by this username, or did until lately.', ['input', 'username']);
}
