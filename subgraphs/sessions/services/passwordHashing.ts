import { hash, verify } from '@node-rs/argon2';

/** What a password hash costs (argon2id, RFC 9106; at least what OWASP asks for), and the pepper that goes into each. */
export interface HashingParameters {
  readonly memoryKib: number;
  readonly passes: number;
  /** Never in the database: a stolen table alone cannot be guessed at. */
  readonly pepper: string;
}

/** Hashes and checks passwords, off the event loop. */
export interface PasswordHashing {
  hash(password: string): Promise<string>;
  /** Takes the same time whether there is a hash or not. */
  matches(password: string, passwordHash: string | null): Promise<boolean>;
}

// The library's own name for it is a const enum, which cannot be imported where types are stripped.
const argon2id = 2;

/** The longest password that is hashed at all. */
export const passwordLengthMax = 128;

/** Makes the hashing of a process. */
export async function passwordHashing({ memoryKib, passes, pepper }: HashingParameters): Promise<PasswordHashing> {
  // The pepper travels as argon2's own secret: joined to the password it would eat into its length.
  const secret = Buffer.from(pepper);
  const options = { algorithm: argon2id, memoryCost: memoryKib, timeCost: passes, parallelism: 1, secret };
  const nobodysHash = await hash('nobody has this password', options);
  return {
    hash: (password) => hash(password, options),
    matches: async (password, passwordHash) => {
      const matched = await verify(passwordHash ?? nobodysHash, password, { secret });
      return matched && passwordHash !== null;
    },
  };
}
