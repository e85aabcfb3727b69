import { EventEmitter } from 'node:events';
import type { Log } from '@kith/kernel/log.ts';
import type { WorkerEvents } from 'graphile-worker';
import postgres from 'postgres';

/** Lets go of the jobs of processes that have died. */
export interface LivingWorkers {
  /** What a job runner tells of itself; to be handed to it. */
  readonly events: WorkerEvents;
  stop(): Promise<void>;
}

// Advisory locks of this kind are held by living runners, one for each. Any number but that of another lock will do.
const livingLock = 714_011_105;
const beatMs = 5_000;

/**
 * Makes a job runner hold a lock as long as it lives, and look every few seconds for jobs whose runner holds none any more: they
 * are free to be done again. Left to itself graphile-worker takes a job back from a process that was killed only after 4 hours.
 * A runner that merely lost its connection may so have a job done twice at once; the effects of consumers come about once even so.
 */
export function livingWorkers(url: string, log: Log): LivingWorkers {
  // A connection of its own: the lock belongs to it, and goes with it when the process dies.
  const client = postgres(url, { max: 1, connect_timeout: 5, idle_timeout: 0, max_lifetime: null, onnotice: () => {}, connection: { application_name: 'kith-living' } });
  const events: WorkerEvents = new EventEmitter();
  let timer: NodeJS.Timeout | undefined;
  events.on('pool:create', ({ workerPool }) => {
    const beat = (): void => {
      holdAndFree(client, workerPool.id).catch((error: unknown) => log.warn({ err: error }, 'could not look after jobs of dead processes'));
    };
    beat();
    timer = setInterval(beat, beatMs);
  });
  return {
    events,
    async stop() {
      clearInterval(timer);
      await client.end({ timeout: 1 });
    },
  };
}

/** Holds the lock, again when the connection was lost, and frees what the dead had taken. A runner that has only just begun may have taken a job before its lock: two seconds are left to it. */
async function holdAndFree(client: postgres.Sql, poolId: string): Promise<void> {
  await client`
    select pg_advisory_lock_shared(${livingLock}, hashtext(${poolId}))
    where not exists (select from pg_locks where locktype = 'advisory' and classid = ${livingLock} and pid = pg_backend_pid())`;
  await client`
    select graphile_worker.force_unlock_workers(array(
      select distinct j.locked_by
      from graphile_worker._private_jobs j
      where j.locked_at < now() - interval '2 seconds'
        and not exists (
          select from pg_locks l
          where l.locktype = 'advisory' and l.classid = ${livingLock} and l.objid = hashtext(j.locked_by)::oid and l.objsubid = 2
            and l.database = (select d.oid from pg_database d where d.datname = current_database()))))`;
}
