import type { Transaction } from '@kith/drizzle/database.ts';
import type { UserId } from '@kith/kernel/ids.ts';
import type { PasswordHashing } from '@kith/kernel/passwordHashing.ts';
import type { StoredPassword } from '../stores/passwords.ts';
import { holdPassword, rehashPassword } from '../stores/passwords.ts';

/** A password that has matched. */
export interface ProvenPassword {
  readonly version: number;
  /**
   * Holds it still until the transaction ends, which has to speak for its person, and keeps it hashed anew where that is due. Answers false
   * when it was changed meanwhile: what matched then is the old one.
   */
  hold(tx: Transaction): Promise<boolean>;
}

/** Goes on with a password that has matched what is stored. Hashes it anew when that was made with other parameters or by another system. */
export async function provePassword(passwords: PasswordHashing, userId: UserId, password: string, { hash, version }: StoredPassword): Promise<ProvenPassword> {
  const rehashed = passwords.needsRehash(password, hash) ? await passwords.hash(password) : null;
  return { version, hold: (tx) => (rehashed === null ? holdPassword(tx, userId, version) : rehashPassword(tx, userId, version, rehashed)) };
}
