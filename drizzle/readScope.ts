import type { Scope } from '@kith/kernel/viewer.ts';
import { sql } from 'drizzle-orm';
import type { Connection, Statement } from './connection.ts';
import { statement } from './connection.ts';
import type { ConnectionPool } from './connectionPool.ts';

/** Thrown when the connection was lost under a transaction: what it had seen can no longer be seen. */
export class SnapshotLost extends Error {
  constructor() {
    super('the database connection was lost in the middle of a request');
    this.name = 'SnapshotLost';
  }
}

const setScope: Statement<unknown> = statement('scope', (db) =>
  db
    .select({ userId: sql`set_config('kith.user_id', ${sql.placeholder('userId')}, true)`, tenantId: sql`set_config('kith.tenant_id', ${sql.placeholder('tenantId')}, true)` })
    .from(sql`(values (1)) as scope`)
    .prepare('scope'),
);

interface Snapshot {
  readonly connection: Connection;
  readonly epoch: number;
}

/**
 * The reads of one request: one read-only transaction on one connection, opened by the first read with the viewer's
 * scope, so that everything a request reads is one snapshot and row-level security knows who asks.
 */
export class ReadScope {
  /** Goes up when the snapshot is given up for a newer one; what was remembered from the old one is stale then. */
  generation = 0;
  readonly #pool: ConnectionPool;
  readonly #scope: Scope;
  #snapshot: Promise<Snapshot> | undefined;
  #closed = false;

  constructor(pool: ConnectionPool, scope: Scope) {
    this.#pool = pool;
    this.#scope = scope;
  }

  /** Runs a statement in the snapshot. */
  async run<Row>(statement: Statement<Row>, parameters: Record<string, unknown>): Promise<Row[]> {
    if (this.#closed) throw new Error(`"${statement.name}" was read after its request had ended`);
    this.#snapshot ??= this.#open();
    const { connection, epoch } = await this.#snapshot;
    // A reconnected client stands outside the transaction, without a scope: an honest error, not an empty answer.
    if (connection.epoch !== epoch) throw new SnapshotLost();
    return connection.execute(statement, parameters);
  }

  /** Gives up the snapshot after a write, so that the next read sees it. */
  renew(): void {
    this.generation += 1;
    this.#end();
  }

  /** Ends the transaction and gives the connection back. Nothing can be read afterwards. */
  close(): void {
    this.#closed = true;
    this.#end();
  }

  async #open(): Promise<Snapshot> {
    const connection = await this.#pool.acquire();
    const { epoch } = connection;
    // Sent ahead of the first read without waiting: all three travel together. Should one of them fail, the read fails as well.
    connection.client.unsafe('begin isolation level repeatable read read only').catch(() => {});
    connection.execute(setScope, { userId: this.#scope.userId ?? '', tenantId: this.#scope.tenantId ?? '' }).catch(() => {});
    return { connection, epoch };
  }

  #end(): void {
    const snapshot = this.#snapshot;
    this.#snapshot = undefined;
    snapshot?.then(
      ({ connection }) => {
        // Sent before the connection is lent on, so it runs before anything the next borrower sends.
        connection.client.unsafe('commit').catch(() => {});
        this.#pool.release(connection);
      },
      () => {},
    );
  }
}
