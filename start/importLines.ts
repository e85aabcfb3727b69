import { randomInt } from 'node:crypto';
import type { PersonToImport } from '@kith/drizzle/importPeople.ts';
import type { Email } from '@kith/kernel/email.ts';
import { parseEmail } from '@kith/kernel/email.ts';
import type { UserId } from '@kith/kernel/ids.ts';
import { newId } from '@kith/kernel/ids.ts';
import type { ImportedHash } from '@kith/kernel/importedHashes.ts';
import { readImportedHash } from '@kith/kernel/importedHashes.ts';
import { parseDisplayName } from '@kith/users/domain/displayName.ts';
import type { Username } from '@kith/users/domain/username.ts';
import { parseUsername, usernamesFor } from '@kith/users/domain/username.ts';
import { z } from 'zod';

/** A line that was understood, or what is wrong with it. */
export type ReadLine =
  | { readonly number: number; readonly person: PersonToImport; readonly hash: ImportedHash }
  | { readonly number: number; readonly problem: string };

const line = z.strictObject({
  email: z.string(),
  passwordHash: z.string().min(1).max(500),
  username: z.string().optional(),
  displayName: z.string().optional(),
  emailVerified: z.boolean().default(false),
  createdAt: z.iso.datetime({ offset: true }).optional(),
});

/** Makes the reader of the lines of a file: each a JSON object. A name that stood in an earlier line is refused, as the database would. */
export function lineReader(now: Date): (number: number, text: string) => ReadLine {
  const seen = new Set<string>();
  return (number, text) => {
    const refuse = (problem: string): ReadLine => ({ number, problem });
    const parsed = line.safeParse(parseJson(text));
    if (!parsed.success) return refuse(parsed.error.issues.map(({ path, message }) => [path.join('.'), message].filter(Boolean).join(': ')).join('; '));
    const { data } = parsed;
    const email = parseEmail(data.email);
    if (email === null) return refuse('email: is none');
    const usernames = usernamesOf(data.username, email);
    if (usernames === null) return refuse('username: takes 3 to 50 letters, digits and underscores');
    const displayName = data.displayName === undefined ? null : parseDisplayName(data.displayName);
    if (displayName === null && data.displayName !== undefined) return refuse('displayName: takes 1 to 100 characters');
    const hash = readImportedHash(data.passwordHash);
    if (hash === null) return refuse('passwordHash: has a form that cannot be checked here, or one that would take too long');
    const names = [email.canonical, ...(data.username === undefined ? [] : [usernames[0].canonical])];
    if (names.some((name) => seen.has(name))) return refuse('email or username: stood in an earlier line');
    for (const name of names) seen.add(name);
    const createdAt = data.createdAt === undefined ? now : new Date(data.createdAt);
    const { emailVerified, passwordHash } = data;
    const person = { id: newId<UserId>(now), email: { shown: email.address, canonical: email.canonical }, usernames, displayName, emailVerified, passwordHash, createdAt };
    return { number, person, hash };
  };
}

/** The name that was given, and no other; or those to try for who has none. */
function usernamesOf(given: string | undefined, email: Email): [Username, ...Username[]] | null {
  const [first, ...more] = given === undefined ? usernamesFor(email.canonical, randomInt) : [parseUsername(given)];
  return first === null || first === undefined ? null : [first, ...more.filter((name) => name !== null)];
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
