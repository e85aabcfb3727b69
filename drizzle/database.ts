import type { Scope } from '@kith/kernel/viewer.ts';
import { sql } from 'drizzle-orm';
import type { Drizzle } from './connection.ts';
import { ConnectionPool } from './connectionPool.ts';
import { ReadScope } from './readScope.ts';

export interface DatabaseOptions {
  /** Address with user and password of the role to connect as. */
  readonly url: string;
  readonly applicationName: string;
  readonly connections: number;
  /** How long a request waits for a free connection. */
  readonly waitMsMax: number;
  readonly statementTimeoutMs: number;
  /** Called with the text of everything that is sent, and the values that go with it. */
  readonly onSent?: ((text: string, parameters: readonly unknown[]) => void) | undefined;
  /** Rewrites a statement before it is sent; for tests only. */
  readonly rewrite?: ((text: string) => string) | undefined;
}

/** What is written in: Drizzle inside an open transaction. */
export type Transaction = Parameters<Parameters<Drizzle['transaction']>[0]>[0];

/** A database as one role sees it. Nothing can be asked without saying on whose behalf. */
export class Database {
  readonly #pool: ConnectionPool;

  constructor(options: DatabaseOptions) {
    this.#pool = new ConnectionPool(options);
  }

  /** The reads of one request. The caller closes it. */
  reads(scope: Scope): ReadScope {
    return new ReadScope(this.#pool, scope);
  }

  /** Runs a write transaction in a scope: all of it is kept, or, when `work` throws, nothing. */
  async transaction<T>(scope: Scope, work: (tx: Transaction) => Promise<T>): Promise<T> {
    const connection = await this.#pool.acquire();
    try {
      return await connection.db.transaction(async (tx) => {
        await enterScope(tx, scope);
        return work(tx);
      });
    } finally {
      this.#pool.release(connection);
    }
  }

  /** Whether the database answers. */
  async ping(): Promise<void> {
    const connection = await this.#pool.acquire();
    try {
      await connection.client.unsafe('select 1');
    } finally {
      this.#pool.release(connection);
    }
  }

  /** Closes every connection. */
  async close(): Promise<void> {
    await this.#pool.close();
  }
}

/** Sets on whose behalf the rest of the transaction speaks: a transaction can learn it on its way, as signing in does. */
export async function enterScope(tx: Transaction, scope: Scope): Promise<void> {
  await tx.execute(sql`select set_config('kith.user_id', ${scope.userId ?? ''}, true), set_config('kith.tenant_id', ${scope.tenantId ?? ''}, true)`);
}
