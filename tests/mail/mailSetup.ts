import { Writable } from 'node:stream';
import { configuredDatabase } from '@kith/drizzle/configuredDatabase.ts';
import { databaseUrlOf } from '@kith/drizzle/addresses.ts';
import type { Database, Transaction } from '@kith/drizzle/database.ts';
import { runJobs } from '@kith/drizzle/jobRunner.ts';
import { queueMail } from '@kith/drizzle/mails.ts';
import { parseConfig } from '@kith/kernel/config.ts';
import type { Log } from '@kith/kernel/log.ts';
import { usersJobs } from '@kith/users/jobs.ts';
import { usersParts, usersSettings } from '@kith/users/usersParts.ts';
import type { UsersParts } from '@kith/users/usersParts.ts';
import { pino } from 'pino';
import { testEnvironment } from '../harness/settings.ts';
import type { TestClock } from '../harness/testClock.ts';
import type { TestDatabase } from '../harness/testDatabase.ts';

/** What a mail of the tests says; nothing of it may come up in a log. */
export const content = { template: 'test', subject: 'A word from Kith', text: 'Your code is 048213', html: '<p>Your code is 048213</p>' };

/** A row of users.mails, as far as the tests look at it. */
export interface MailRow {
  readonly id: string;
  readonly recipient: string;
  readonly state: string;
  readonly text_body: string | null;
  readonly html_body: string | null;
  readonly failure: string | null;
  readonly turn_at: Date | null;
}

/** The part of the users subgraph that sends mail, on a database of its own, configured as in production. */
export interface MailSetup {
  readonly database: Database;
  readonly parts: UsersParts;
  /** All that was logged, as text. */
  log(): string;
  /** Runs the jobs of this process until `stop`. */
  runJobs(): Promise<void>;
  /** Queues a mail, in a transaction that does something else besides when told so. */
  queue(recipient: string, beside?: (tx: Transaction) => Promise<void>): Promise<void>;
  readonly mails: () => Promise<MailRow[]>;
  stop(): Promise<void>;
}

/** Puts together what sends mail. `environment` says by which server. */
export async function mailSetup(testDatabase: TestDatabase, clock: TestClock, environment: NodeJS.ProcessEnv): Promise<MailSetup> {
  const config = parseConfig({ ...testEnvironment(testDatabase.url), MAIL_FROM: 'Kith <no-reply@kith.example>', ...environment }, usersSettings);
  const lines: string[] = [];
  const sink = new Writable({
    write(line: Buffer, _encoding, done) {
      lines.push(line.toString());
      done();
    },
  });
  const log: Log = pino({ level: 'trace' }, sink);
  const database = configuredDatabase(config, 'users');
  const parts = await usersParts(config, database, clock);
  const stops: (() => Promise<void>)[] = [() => database.close()];
  return {
    database,
    parts,
    log: () => lines.join(''),
    async runJobs() {
      const jobs = await runJobs({ url: databaseUrlOf(config, 'worker'), jobs: [usersJobs(parts)], log });
      stops.unshift(() => jobs.stop());
    },
    queue: (recipient, beside) =>
      database.transaction({ userId: null, tenantId: null }, async (tx) => {
        await queueMail(tx, { userId: null, recipient, ...content }, clock.now());
        await beside?.(tx);
      }),
    mails: () =>
      testDatabase.owner.begin(async (tx) => {
        await tx`set local role kith_keeper`;
        return tx<MailRow[]>`select id, recipient, state, text_body, html_body, failure, turn_at from users.mails order by queued_at, id`;
      }),
    async stop() {
      for (const stop of stops) await stop();
    },
  };
}
