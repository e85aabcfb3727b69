// `pnpm credentials:import <file.ndjson>`: brings people over from another system with the password hashes it made.
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { systemClock } from '@kith/kernel/clock.ts';
import { ConfigurationError, loadConfig } from '@kith/kernel/config.ts';
import { Command } from 'commander';
import pc from 'picocolors';
import postgres from 'postgres';
import { importFile } from './importingFile.ts';

const command = new Command('pnpm credentials:import')
  .description(
    'Brings people over from another system. Each line of the file is a JSON object: email and passwordHash, and where there is more username, ' +
      'displayName, emailVerified (true or false), createdAt. Nobody has to choose a new password: the hash is checked as it is at the first sign-in, ' +
      'and made anew then. Lines that cannot be taken keep no other out; run again, it goes on where it ended.',
  )
  .argument('<file>', 'the file, or - for the standard input')
  .option('--dry-run', 'try everything and keep nothing')
  .option('--quiet', 'leave out the lines that went well')
  .addHelpText(
    'after',
    `
Hashes that can be checked:
  pbkdf2_sha256$<iterations>$<salt>$<base64>         Django
  <salt>$<64 hex digits>                             PBKDF2-HMAC-SHA256 with 200,000 iterations, the salt as text
  $2a$.. $2b$.. $2y$..                               bcrypt, up to a cost of 14
  scrypt:N:r:p$<salt>$<hex>                          Werkzeug
  scrypt$N$<salt>$r$p$<base64>                       Django
  $scrypt$ln=..,r=..,p=..$<base64>$<base64>          passlib

Needs DATABASE_URL, the owner of the database. Ends with 1 when a line could not be taken. See .env.example.`,
  )
  .parse();

const { dryRun = false, quiet = false } = command.opts<{ dryRun?: true; quiet?: true }>();
const [path = '-'] = command.args;
try {
  const config = loadConfig(['DATABASE_URL']);
  const owner = postgres(config.DATABASE_URL, { max: 1, onnotice: () => {} });
  try {
    const lines = createInterface({ input: path === '-' ? process.stdin : createReadStream(path), crlfDelay: Infinity });
    const summary = await importFile(owner, lines, {
      trial: dryRun,
      now: systemClock.now(),
      tell: ({ number, outcome, problem }) => {
        if (problem !== null) console.log(`${pc.red('refused ')}  line ${number}: ${problem}`);
        else if (!quiet) console.log(`${pc.green(outcome === 'IMPORTED' ? 'imported' : 'known   ')}  line ${number}`);
      },
    });
    console.log(summary.text);
    if (summary.refused > 0) process.exitCode = 1;
  } finally {
    await owner.end();
  }
} catch (error) {
  const plain = error instanceof ConfigurationError || (error instanceof Error && 'code' in error && error.code === 'ENOENT');
  console.error(pc.red(plain ? error.message : String(error instanceof Error ? error.stack : error)));
  process.exitCode = 1;
}
