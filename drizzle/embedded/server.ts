import { mkdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { openPath } from './account.ts';
import { installBinaries } from './binaries.ts';
import { claimDirectory, type Claim } from './claim.ts';
import { openCluster, SUPERUSER } from './cluster.ts';
import { findHome, requireOwnData } from './home.ts';
import { launch, shutDown } from './launch.ts';
import { endOrphan } from './orphan.ts';
import { explainFailure } from './serverError.ts';

/** A PostgreSQL server that belongs to this process. */
export interface EmbeddedServer {
  /** Superuser URL of the maintenance database, `postgres://kith:<password>@127.0.0.1:<port>/postgres`. */
  url: string;
  port: number;
  /** Shuts the server down, ending its connections, and waits until everything is on disk. Calling it again changes nothing. */
  stop(): Promise<void>;
}

/** How an embedded server is to run. */
export interface EmbeddedServerOptions {
  /** Where the data and the log are kept between starts; made when absent. One process at a time. */
  directory: string;
  /** False trades safety in a power cut for speed: for tests only. True leaves PostgreSQL's own defaults. */
  durable: boolean;
  /** Server settings beyond ours; the address and the port are not for them to change. */
  settings?: Record<string, string>;
}

const HASTY = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' };
const LOCAL_ONLY = { listen_addresses: '127.0.0.1', unix_socket_directories: '' };

/**
 * Starts a PostgreSQL 18 server of our own on 127.0.0.1, on a free port. Makes the cluster when the directory has none, and
 * takes over one whose process was killed. Throws EmbeddedServerError when it cannot.
 *
 * Where the data lies depends on who starts it: see `Home`.
 */
export async function startEmbeddedServer(options: EmbeddedServerOptions): Promise<EmbeddedServer> {
  let claim: Claim | undefined;
  try {
    const directory = await makeDirectory(options.directory);
    await requireOwnData(directory);
    claim = await claimDirectory(directory);
    return await startClaimed(directory, claim, options);
  } catch (error) {
    claim?.release();
    throw await explainFailure(error, options.directory);
  }
}

async function makeDirectory(path: string): Promise<string> {
  const first = await mkdir(path, { recursive: true });
  const directory = await realpath(path);
  // What root made with a strict umask, or with mkdtemp, is closed to the account that runs the server for root.
  if (process.getuid?.() === 0 && (await stat(directory)).uid === 0) await openPath(await realpath(first ?? path), directory);
  return directory;
}

async function startClaimed(directory: string, claim: Claim, { durable, settings }: EmbeddedServerOptions): Promise<EmbeddedServer> {
  const home = await findHome(directory);
  const binaries = await installBinaries(home.path, home.account);
  const cluster = await openCluster(home, binaries, durable);
  await endOrphan(cluster.path, binaries);
  const all = { max_connections: '200', ...(durable ? {} : HASTY), ...settings, ...LOCAL_ONLY };
  const { child, port } = await launch(cluster.path, home, binaries, all, join(directory, 'server.log'));
  // From here on the server does not keep the process alive by itself; what uses it does.
  child.unref();
  const end = async () => {
    await shutDown(child, binaries);
    claim.release();
  };
  let ended: Promise<void> | undefined;
  return {
    url: `postgres://${SUPERUSER}:${cluster.password}@127.0.0.1:${port}/postgres`,
    port,
    stop: () => (ended ??= end()),
  };
}
