import { drizzle } from 'drizzle-orm/postgres-js';
import type { PostgresJsDatabase } from 'drizzle-orm/postgres-js';
import postgres from 'postgres';

/** What a statement is built on. */
export type Drizzle = PostgresJsDatabase;

/** A statement that Drizzle has built and PostgreSQL will have prepared. */
interface Prepared<Row> {
  execute(parameters: Record<string, unknown>): Promise<Row[]>;
}

/**
 * A read that is built once per connection and prepared once by PostgreSQL. Values come in as placeholders:
 * what is written into the text makes a statement of its own.
 */
export interface Statement<Row> {
  readonly name: string;
  readonly build: (db: Drizzle) => Prepared<Row>;
}

/** Names a statement and says how it is built. The name appears in logs and in tests that count statements. */
export function statement<Row>(name: string, build: (db: Drizzle) => Prepared<Row>): Statement<Row> {
  return { name, build };
}

export interface ConnectionOptions {
  readonly url: string;
  readonly applicationName: string;
  readonly statementTimeoutMs: number;
  /** Called with the text of everything that is sent, and the values that go with it. */
  readonly onSent?: ((text: string, parameters: readonly unknown[]) => void) | undefined;
  /** Rewrites a statement before it is sent: tests take the filters out this way to see that policies hold alone. */
  readonly rewrite?: ((text: string) => string) | undefined;
}

/** One connection to PostgreSQL with the statements prepared on it. It reconnects by itself; `epoch` tells that it did. */
export class Connection {
  readonly client: postgres.Sql;
  readonly db: Drizzle;
  /** Counts how often the connection was lost. A transaction that began under another number is gone. */
  epoch = 0;
  readonly #prepared = new Map<Statement<unknown>, Prepared<unknown>>();

  constructor(options: ConnectionOptions) {
    const { onSent } = options;
    this.client = postgres(options.url, {
      max: 1,
      connect_timeout: 5,
      idle_timeout: 0,
      max_lifetime: null,
      onnotice: () => {},
      onclose: () => {
        this.epoch += 1;
      },
      ...(onSent === undefined ? {} : { debug: (_: number, text: string, parameters: readonly unknown[]) => onSent(text, parameters) }),
      connection: { application_name: options.applicationName, statement_timeout: options.statementTimeoutMs },
    });
    if (options.rewrite !== undefined) rewriteStatements(this.client, options.rewrite);
    this.db = drizzle(this.client);
  }

  /** Runs a prepared statement on this connection. */
  execute<Row>(statement: Statement<Row>, parameters: Record<string, unknown>): Promise<Row[]> {
    let prepared = this.#prepared.get(statement) as Prepared<Row> | undefined; // put in below under the same key
    if (prepared === undefined) {
      prepared = statement.build(this.db);
      this.#prepared.set(statement, prepared);
    }
    return prepared.execute(parameters);
  }

  /** Closes the connection after what is under way, or after so many seconds at the most. */
  async close(timeoutSeconds: number): Promise<void> {
    await this.client.end({ timeout: timeoutSeconds });
  }
}

function rewriteStatements(client: postgres.Sql, rewrite: (text: string) => string): void {
  rewriteUnsafe(client, rewrite);
  const begin = client.begin.bind(client);
  const rewriting = (work: (tx: postgres.TransactionSql) => Promise<unknown>) =>
    begin((tx) => {
      rewriteUnsafe(tx, rewrite);
      return work(tx);
    });
  client.begin = rewriting as typeof client.begin; // as Drizzle calls it: without options
}

function rewriteUnsafe(client: { unsafe: postgres.Sql['unsafe'] }, rewrite: (text: string) => string): void {
  const unsafe = client.unsafe.bind(client);
  client.unsafe = ((text: string, ...rest: []) => unsafe(rewrite(text), ...rest)) as typeof client.unsafe; // the same function but for the text
}
