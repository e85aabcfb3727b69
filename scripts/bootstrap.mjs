// Brings a fresh checkout to life: `node scripts/bootstrap.mjs <entry.ts> [args...]` installs the dependencies when what
// they are has changed, then runs the entry with the pinned Node. The only plain JavaScript of the project, because it runs
// before TypeScript can. Old syntax and no dependencies: even a Node that is too old must be able to read its refusal.
import { spawn } from 'child_process';
import { createHash } from 'crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'fs';
import { constants, tmpdir } from 'os';
import { basename, dirname, join, resolve } from 'path';
import { fileURLToPath } from 'url';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const STAMP = join(ROOT, 'node_modules', '.kith-install');
const WINDOWS = process.platform === 'win32';
const MACHINE_NODE = `node-${process.platform}-${process.arch}`;
const NODE_TO_INSTALL = 20;
const NODE_TO_RUN = 24;
// npm's settings that decide how the registry is reached, and where npm keeps its own things.
const CONNECTION = ['registry', 'proxy', 'https_proxy', 'noproxy', 'cafile', 'ca', 'cert', 'key', 'strict_ssl', 'offline', 'prefer_offline'];
const PLACES = ['userconfig', 'cache'];
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];
const REPEAT_MS = 1000;

// Runs in the child before its entry. A SIGKILL cannot be passed on; it closes this pipe, and the child ends in order. The
// condition keeps it out of workers and of processes the child starts with the same options.
const LIFELINE = `data:text/javascript,
import { Socket } from 'node:net';
import { isMainThread } from 'node:worker_threads';
if (isMainThread && process.ppid === ${process.pid})
  new Socket({ fd: 3 }).on('error', () => {}).on('close', () => process.kill(process.pid, 'SIGTERM')).resume().unref();
`.replace(/\s+/g, ' ');

class Refusal extends Error {}

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error) => {
    process.stderr.write(`${error instanceof Refusal ? error.message : error.stack}\n`);
    process.exit(1);
  },
);

async function main([entry, ...args]) {
  requireNode();
  if (entry === undefined) throw new Refusal('Say what to run: node scripts/bootstrap.mjs <entry.ts> [args...]');
  const fingerprint = fingerprintOfDependencies();
  if (readOrNothing(STAMP) !== fingerprint) {
    const code = await install();
    if (code !== 0) return code;
    mkdirSync(dirname(STAMP), { recursive: true });
    writeFileSync(STAMP, fingerprint);
  }
  return runEntry(findNode(), [resolve(ROOT, entry), ...args]);
}

// Before anything is installed: the pinned Node comes with the dependencies, but not for every machine.
function requireNode() {
  const isPinned = MACHINE_NODE in (manifest().optionalDependencies || {});
  const needed = isPinned ? NODE_TO_INSTALL : NODE_TO_RUN;
  if (Number(process.versions.node.split('.')[0]) >= needed) return;
  throw new Refusal(`Kith needs Node ${needed} or newer on this machine, and this is Node ${process.versions.node}. ${howToGetNode()}`);
}

function manifest() {
  return JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
}

function howToGetNode() {
  return `Get Node ${NODE_TO_RUN} from https://nodejs.org/en/download, or with a version manager: nvm install ${NODE_TO_RUN}`;
}

// ---- Which dependencies --------------------------------------------------------------------------------------------------

function fingerprintOfDependencies() {
  const hash = createHash('sha256').update(`${process.platform}-${process.arch}\n`);
  for (const path of ['pnpm-lock.yaml', 'pnpm-workspace.yaml', 'package.json', ...workspaceManifests()]) {
    hash.update(`${path}\n${readOrNothing(join(ROOT, path))}\n`);
  }
  return hash.digest('hex');
}

// The `packages:` list of pnpm-workspace.yaml, read by lines: a YAML parser is what is not installed yet.
function workspaceManifests() {
  const list = /^packages:\n((?:[ \t]*(?:-.*|#.*)?\n)*)/m.exec(`${readOrNothing(join(ROOT, 'pnpm-workspace.yaml'))}\n`.replace(/\r/g, ''));
  const patterns = list === null ? [] : list[1].match(/(?<=-[ \t]+['"]?)[^'"#\s-][^'"#\s]*/g) || [];
  const folders = patterns.flatMap((pattern) => foldersMatching('', pattern.split('/')));
  return folders.map((folder) => `${folder}package.json`).filter((path) => existsSync(join(ROOT, path))).sort();
}

function foldersMatching(folder, [segment, ...rest]) {
  if (segment === undefined) return [folder];
  if (segment !== '*') return foldersMatching(`${folder}${segment}/`, rest);
  if (!existsSync(join(ROOT, folder))) return [];
  const children = readdirSync(join(ROOT, folder), { withFileTypes: true });
  return children.filter((child) => child.isDirectory()).flatMap((child) => foldersMatching(`${folder}${child.name}/`, rest));
}

function readOrNothing(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

// ---- Installing ----------------------------------------------------------------------------------------------------------

async function install() {
  const pnpm = /^pnpm@[\d.]+/.exec(manifest().packageManager)[0];
  // Removed first: an installation that is interrupted must not pass for a whole one.
  rmSync(STAMP, { force: true });
  const startedAt = Date.now();
  const progress = startProgress(`Installing the dependencies with ${pnpm}`);
  let { code, passed, output } = await runInstaller(pnpm, progress, installerEnvironment(process.env));
  if (code !== 0 && passed === undefined && /ENOENT[^]*[\\/]_npx[\\/]/.test(output)) {
    // npm 11 never recovers from a Ctrl-C while npx fetches something: it stumbles over the folder it left behind. That folder
    // is the user's, and another npx may be filling it just now, so it is passed by with a cache of our own.
    const cache = mkdtempSync(join(tmpdir(), 'kith-npx-'));
    ({ code, passed, output } = await runInstaller(pnpm, progress, { ...installerEnvironment(process.env), npm_config_cache: cache }));
    rmSync(cache, { recursive: true, force: true });
  }
  if (code === 0) progress.end(`The dependencies are installed (${((Date.now() - startedAt) / 1000).toFixed(1)} s).`);
  else progress.end(passed === undefined ? `${output}\n${adviceOn(output, pnpm)}` : 'The installation was interrupted.');
  return code === 0 || passed === undefined ? code : 128 + constants.signals[passed];
}

async function runInstaller(pnpm, progress, env) {
  const npx = findNpx();
  // Another store or another user's node_modules is replaced without a question: there may be nobody to answer.
  const args = [...npx.args, '-y', pnpm, 'install', '--frozen-lockfile', '--config.confirm-modules-purge=false'];
  const child = spawn(npx.command, args, {
    cwd: ROOT,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    shell: npx.shell,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      output += text;
      progress.show(stageOf(output));
    });
  }
  return { ...(await endOf(child)), output };
}

function findNpx() {
  const npm = process.env.npm_execpath || '';
  const node = dirname(realpathSync(process.execPath));
  const script = [
    basename(npm) === 'npm-cli.js' ? join(dirname(npm), 'npx-cli.js') : '',
    join(node, 'node_modules', 'npm', 'bin', 'npx-cli.js'),
    join(node, '..', 'lib', 'node_modules', 'npm', 'bin', 'npx-cli.js'),
  ].find((path) => path !== '' && existsSync(path));
  if (script !== undefined) return { command: process.execPath, args: [script], shell: false };
  return { command: WINDOWS ? 'npx.cmd' : 'npx', args: [], shell: WINDOWS };
}

// `npm start` hands its scripts every setting of npm as npm_config_*, its own and the user's alike, and npx would take them
// for wishes (silent, global, a prefix). Kept is what decides how the registry is reached. npm exports those as they are in
// force, from any source. pnpm 12 does not read them under npm's name (tried: only npm_config_userconfig and
// npm_config_//host/:token), so it gets them under its own. Left alone: NPM_CONFIG_* in capitals and NPM_TOKEN, which only
// a person or a CI sets.
function installerEnvironment(inherited) {
  const env = { ...inherited };
  for (const name of Object.keys(env)) {
    const isScoped = name.startsWith('npm_config_//') || name.startsWith('npm_config_@');
    if (name === 'INIT_CWD' || name === 'NODE' || (name.startsWith('npm_') && !isScoped)) delete env[name];
  }
  const homeless = env.HOME === '';
  // npm takes an empty HOME for a folder called "~"; without one it asks the system.
  if (homeless) delete env.HOME;
  for (const setting of homeless ? CONNECTION : [...CONNECTION, ...PLACES]) {
    const value = inherited[`npm_config_${setting}`] || inherited[`NPM_CONFIG_${setting.toUpperCase()}`];
    if (!value) continue;
    env[`npm_config_${setting}`] = value;
    const known = env[`pnpm_config_${setting}`] || env[`PNPM_CONFIG_${setting.toUpperCase()}`];
    if (!known && CONNECTION.includes(setting)) env[`pnpm_config_${setting}`] = value;
  }
  return env;
}

function stageOf(output) {
  const counts = output.match(/resolved \d+, reused \d+, downloaded \d+, added \d+/g);
  if (counts !== null) {
    const [resolved, , , added] = counts[counts.length - 1].match(/\d+/g);
    return `${added} of ${resolved} packages`;
  }
  if (/Lockfile is up to date|Lockfile passes/.test(output)) return 'downloading';
  return /Verifying lockfile/.test(output) ? 'checking the lockfile' : 'getting pnpm';
}

function adviceOn(output, pnpm) {
  if (/ERR_PNPM_OUTDATED_LOCKFILE|ERR_PNPM_LOCKFILE/.test(output)) {
    return `pnpm-lock.yaml does not fit the package.json files: run "npx -y ${pnpm} install", commit the lockfile, start again.`;
  }
  if (/ENOSPC|No space left/i.test(output)) return 'The disk is full: the dependencies need about 1.2 GB. Make room and start again.';
  if (/EACCES|EPERM|Permission denied/i.test(output)) {
    return `The dependencies could not be written: ${ROOT}, HOME and the caches of npm in it must be writable for the user who starts. Put that right, then start again.`;
  }
  return 'The dependencies could not be installed; the reason is above. Is the npm registry within reach (npm ping)? Then start again.';
}

/** One line that is rewritten on a terminal; elsewhere a line for each stage, and for the counts one every two seconds at most. */
function startProgress(title) {
  const terminal = process.stderr.isTTY === true;
  let shown = 'getting pnpm';
  let shownAt = Date.now();
  process.stderr.write(terminal ? `${title} ...` : `${title} ...\n`);
  return {
    show(stage) {
      const isCount = /^\d/.test(stage);
      if (stage === shown || (isCount && !terminal && Date.now() - shownAt < 2000)) return;
      shown = stage;
      shownAt = Date.now();
      process.stderr.write(terminal ? `\r\x1b[K${title}: ${stage}` : `${title}: ${stage}\n`);
    },
    end(text) {
      process.stderr.write(`${terminal ? '\r\x1b[K' : ''}${text}\n`);
    },
  };
}

// ---- Running -------------------------------------------------------------------------------------------------------------

// The package's own file: node_modules/.bin may hold a shell script in its place, and a shell would swallow signals.
function findNode() {
  const pinned = join(ROOT, 'node_modules', MACHINE_NODE, 'bin', 'node');
  return existsSync(pinned) ? realpathSync(pinned) : process.execPath;
}

async function runEntry(node, args) {
  const env = { ...process.env, APOLLO_TELEMETRY_DISABLED: '1', METADATA_SERVER_DETECTION: 'none' };
  if (WINDOWS) return (await endOf(spawn(node, args, { cwd: ROOT, env, stdio: 'inherit' }))).code;
  const stdio = ['inherit', 'inherit', 'inherit', 'pipe'];
  // Its own process group, so that Ctrl-C, which a terminal sends to every process of the group, reaches it only through us.
  const child = spawn(node, ['--import', LIFELINE, ...args], { cwd: ROOT, env, stdio, detached: true });
  return (await endOf(child)).code;
}

/** Passes signals on to the child; gives its exit code, 128 + n when signal n ended it, and the last signal that was passed. */
function endOf(child) {
  const passedAt = {};
  let passed;
  const passOn = (signal) => {
    // On Ctrl-C the terminal signals us and npm, and npm signals us again. An impatient second Ctrl-C comes later.
    const isRepeat = Date.now() - passedAt[signal] < REPEAT_MS;
    passedAt[signal] = Date.now();
    // Windows delivers Ctrl-C to every process of the console by itself; sending it would kill the child outright.
    if (!isRepeat && !WINDOWS) child.kill(signal);
    passed = signal;
  };
  for (const signal of SIGNALS) process.on(signal, passOn);
  // The installer's output is collected to its end; the entry's is not ours, and something it left running may hold it open.
  const ended = child.stdout === null ? 'exit' : 'close';
  return new Promise((done, fail) => {
    child.on('error', (error) => fail(new Refusal(`${child.spawnfile} cannot be run: ${error.message}. ${howToGetNode()}`)));
    child.on(ended, (code, signal) => {
      for (const each of SIGNALS) process.off(each, passOn);
      done({ code: signal === null ? code : 128 + constants.signals[signal], passed });
    });
  });
}
