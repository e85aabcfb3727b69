import { EmbeddedServerError } from '@kith/drizzle/embedded/serverError.ts';
import { MigrationEdited } from '@kith/drizzle/migrate.ts';
import { ConfigurationError } from '@kith/kernel/config.ts';
import { makeLog } from '@kith/kernel/log.ts';
import { Shutdown } from '@kith/kernel/shutdown.ts';
import { Command, InvalidArgumentError } from 'commander';
import pc from 'picocolors';
import { StartRefused } from './refused.ts';
import type { StartOptions } from './starting.ts';
import { start } from './starting.ts';

function portNumber(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new InvalidArgumentError('A port is a number from 0 to 65535.');
  return port;
}

const command = new Command('npm start --')
  .description('Sets up and runs Kith: the whole graph, with demo data, on a PostgreSQL of its own.')
  .option('--port <number>', 'the port to listen on; 0 takes a free one (PORT does the same)', portNumber)
  .option('--apart', 'run the gateway and the four subgraphs as five processes (TOPOLOGY=apart does the same)')
  .option('--fresh', 'start over: delete the embedded database first')
  .addHelpText('after', '\nEvery other setting is an environment variable: see .env.example.')
  .parse();

const shutdown = new Shutdown();
try {
  await start(command.opts<StartOptions>(), shutdown);
} catch (error) {
  console.error(pc.red(explained(error)));
  await shutdown.run(makeLog({ name: 'kith', level: 'error', format: 'json' }));
  process.exit(1);
}

/** What went wrong, in words for whoever started Kith, and what mends it. A stack only for what nobody foresaw. */
function explained(error: unknown): string {
  if (error instanceof MigrationEdited) return `${error.message}\nThe demo database can be made anew: npm start -- --fresh`;
  if (error instanceof StartRefused || error instanceof ConfigurationError || error instanceof EmbeddedServerError) return error.message;
  return String(error instanceof Error ? error.stack : error);
}
