import { personalName } from './personalName.ts';

/** How a mail begins: with the person's name, or without when it does not look like one. */
export function salutation(name: string): string {
  const fit = personalName(name);
  return fit === null ? 'Hello,' : `Hello ${fit},`;
}
