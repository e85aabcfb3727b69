import { Logger, parseCronItems, run } from 'graphile-worker';
import type { LogLevel, Task } from 'graphile-worker';
import type { Log } from '@kith/kernel/log.ts';
import { z } from 'zod';
import type { Consumer } from './consumer.ts';
import { livingWorkers } from './livingWorkers.ts';

/** Work that a clock starts rather than an event. */
export interface ScheduledJob {
  readonly name: string;
  /** When, in the five fields of crontab(5), in UTC. Of all processes only one does it. */
  readonly cron: string;
  run(): Promise<void>;
}

/** Work that was queued with the ids it is about. */
export interface QueuedTask {
  readonly name: string;
  run(payload: unknown): Promise<void>;
}

/** All that a subgraph does beside answering. */
export interface Jobs {
  readonly consumers: readonly Consumer[];
  readonly tasks: readonly QueuedTask[];
  readonly scheduled: readonly ScheduledJob[];
}

/** The jobs of a process, running. */
export interface JobRunner {
  /** Lets the jobs under way finish, and stops. */
  stop(): Promise<void>;
}

export interface JobRunnerOptions {
  /** How the worker role connects. */
  readonly url: string;
  /** Of each subgraph in the process. */
  readonly jobs: readonly Jobs[];
  readonly log: Log;
}

const eventJob = z.object({ eventId: z.uuid() });

/** How many jobs a process works on at once, and how often it looks without having been told. */
const concurrency = 4;
const pollIntervalMs = 1_000;

/**
 * Runs the jobs of a process: events for its consumers, within milliseconds of their commit, and its scheduled work. A job that
 * fails is tried again, after longer and longer pauses; after the last try it stays in the table for an operator to look at. A job
 * whose process was killed is taken up by another within seconds.
 */
export async function runJobs({ url, jobs, log }: JobRunnerOptions): Promise<JobRunner> {
  const scheduled = jobs.flatMap((of) => of.scheduled);
  const taskList: Record<string, Task> = {};
  for (const consumer of jobs.flatMap((of) => of.consumers)) taskList[consumer.name] = async (payload) => consumer.handle(eventJob.parse(payload).eventId);
  for (const task of jobs.flatMap((of) => of.tasks)) taskList[task.name] = (payload) => task.run(payload);
  for (const job of scheduled) taskList[job.name] = () => job.run();
  const living = livingWorkers(url, log);
  const runner = await run({
    events: living.events,
    connectionString: url,
    maxPoolSize: concurrency,
    concurrency,
    pollInterval: pollIntervalMs,
    noHandleSignals: true,
    taskList,
    parsedCronItems: parseCronItems(scheduled.map(({ name, cron }) => ({ task: name, match: cron }))),
    logger: jobLog(log),
  });
  runner.promise.catch((error: unknown) => log.error({ err: error }, 'the job runner has stopped'));
  return {
    async stop() {
      await runner.stop();
      await living.stop();
    },
  };
}

function jobLog(log: Log): Logger {
  const own = log.child({ part: 'jobs' });
  const levels: Record<LogLevel, 'error' | 'warn' | 'debug' | 'trace'> = { error: 'error', warning: 'warn', info: 'debug', debug: 'trace' };
  return new Logger((scope) => (level, message, meta) => own[levels[level]]({ ...scope, ...meta }, message));
}
