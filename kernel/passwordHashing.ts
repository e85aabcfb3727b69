import { availableParallelism } from 'node:os';
import type { ParsedHashOptions } from '@node-rs/argon2';
import { hash, parseOptions, verify } from '@node-rs/argon2';
import type { BoundedQueue } from './boundedQueue.ts';
import { boundedQueue } from './boundedQueue.ts';
import { RequestError } from './errors.ts';
import { readImportedHash } from './importedHashes.ts';
import { passwordLength, passwordLengthMax } from './passwordLength.ts';

/** What a password hash costs (argon2id, RFC 9106; at least what OWASP asks for), and the pepper that goes into each. */
export interface HashingParameters {
  readonly memoryKib: number;
  readonly passes: number;
  /** Never in the database: a stolen table alone cannot be guessed at. */
  readonly pepper: string;
}

/** Hashes and checks passwords, off the event loop. Refuses RATE_LIMITED, when too many wait already, or the turn comes too late. */
export interface PasswordHashing {
  /** Hashes a password of at most 128 characters. */
  hash(password: string): Promise<string>;
  /** Takes the same time whether there is a hash or not. A password of more than 128 characters matches none, and is not hashed. */
  matches(password: string, passwordHash: string | null): Promise<boolean>;
  /**
   * Whether a password that has just matched should be hashed anew: the hash was made with other parameters, or by another
   * system. Not where that system looked at the beginning of the password only: what came behind may have been mistyped.
   */
  needsRehash(password: string, passwordHash: string): boolean;
}

// The library's own name for it is a const enum, which cannot be imported where types are stripped.
const argon2id = 2;

/** One for the process, however many subgraphs run in it: each hash takes a core and its whole memory. */
const processQueue = boundedQueue({
  concurrency: availableParallelism(),
  waitingMax: 200,
  waitMsMax: 2_500, // the gateway gives a subgraph 5 seconds for all there is to do
  refuse: () => new RequestError('RATE_LIMITED', 'Too many people are signing in at this moment. Try again in a few seconds.'),
});

/** Makes the hashing of a process. */
export async function passwordHashing({ memoryKib, passes, pepper }: HashingParameters, queue: BoundedQueue = processQueue): Promise<PasswordHashing> {
  // The pepper travels as argon2's own secret: joined to the password it would eat into its length.
  const secret = Buffer.from(pepper);
  const options = { algorithm: argon2id, memoryCost: memoryKib, timeCost: passes, parallelism: 1, secret };
  const hashOwn = (password: string): Promise<string> => hash(normalised(password), options);
  const nobodysHash = await hashOwn('nobody has this password');

  const verifyAny = async (password: string, passwordHash: string): Promise<boolean> => {
    const own = ownParameters(passwordHash);
    const imported = own === null ? readImportedHash(passwordHash) : null;
    if (imported !== null) return imported.verify(password);
    // What cannot be read costs as much as what can, and matches nothing.
    const matched = await verify(own === null ? nobodysHash : passwordHash, normalised(password), { secret });
    return matched && own !== null;
  };

  return {
    async hash(password) {
      if (passwordLength(password) > passwordLengthMax) throw new Error('a password too long to be hashed got past the rules');
      return queue.run(() => hashOwn(password));
    },
    async matches(password, passwordHash) {
      if (passwordLength(password) > passwordLengthMax) return false;
      const matched = await queue.run(() => verifyAny(password, passwordHash ?? nobodysHash));
      return matched && passwordHash !== null;
    },
    needsRehash(password, passwordHash) {
      const own = ownParameters(passwordHash);
      if (own !== null) return own.memoryCost !== memoryKib || own.timeCost !== passes || own.parallelism !== 1;
      const imported = readImportedHash(passwordHash);
      return imported !== null && Buffer.byteLength(password) <= imported.bytesMax;
    },
  };
}

/** What a hash of our own was made with. Null for anything else. */
function ownParameters(passwordHash: string): ParsedHashOptions | null {
  if (!passwordHash.startsWith('$argon2id$')) return null;
  try {
    return parseOptions(passwordHash);
  } catch {
    return null;
  }
}

/** One form for what keyboards type differently (NIST SP 800-63B-4, section 3.1.1.2). */
function normalised(password: string): string {
  return password.normalize('NFKC');
}
