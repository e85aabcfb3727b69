import { languages } from './personas/languages.ts';
import { machines } from './personas/machines.ts';
import { named } from './personas/named.ts';
import { networks } from './personas/networks.ts';
import { theory } from './personas/theory.ts';
import type { Persona } from './persona.ts';

/** The sixty people of the demo data, in the order they arrived. */
export const personas: readonly Persona[] = [...named, ...theory, ...languages, ...machines, ...networks];

/** The address someone of the demo data signs in with. */
export function emailOf(username: string): string {
  return `${username}@kith.test`;
}
