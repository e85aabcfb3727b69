import type { Config } from './config.ts';
import { ConfigurationError, loadConfig } from './config.ts';
import type { Log } from './log.ts';
import { makeLog } from './log.ts';
import type { SettingName } from './settings.ts';
import { Shutdown } from './shutdown.ts';

/** What every process of Kith begins with. */
export interface Process<Needed extends SettingName> {
  readonly config: Config<Needed>;
  readonly log: Log;
  readonly shutdown: Shutdown;
}

/**
 * Runs a process: reads its configuration, has `begin` open what it needs, and closes that again on a signal or when
 * beginning fails. A configuration that cannot be is said in plain words, without a stack.
 */
export async function runProcess<Needed extends SettingName>(name: string, needed: readonly Needed[], begin: (process: Process<Needed>) => Promise<void>): Promise<void> {
  const config = configOrExit(needed);
  const log = makeLog({ name, level: config.LOG_LEVEL, format: config.LOG_FORMAT ?? (process.stdout.isTTY ? 'pretty' : 'json') });
  const shutdown = new Shutdown();
  shutdown.onSignals(log, config.DRAIN_MS);
  try {
    await begin({ config, log, shutdown });
  } catch (error) {
    log.fatal({ err: error }, 'could not start');
    await shutdown.run(log);
    process.exitCode = 1;
  }
}

function configOrExit<Needed extends SettingName>(needed: readonly Needed[]): Config<Needed> {
  try {
    return loadConfig(needed);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    console.error(error.message);
    process.exit(1);
  }
}
