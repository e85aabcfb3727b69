// `pnpm keys:rotate`: rotates the keys that access tokens are signed with.
import { configuredDatabase } from '@kith/drizzle/configuredDatabase.ts';
import { systemClock } from '@kith/kernel/clock.ts';
import { ConfigurationError, loadConfig } from '@kith/kernel/config.ts';
import { KeyTooYoung, rotateSigningKeys } from '@kith/sessions/services/rotatingKeys.ts';
import { Command } from 'commander';
import pc from 'picocolors';

const command = new Command('pnpm keys:rotate')
  .description(
    'Rotates the keys that access tokens are signed with: the next key, published since the last rotation, signs; the one that signed retires and stays\n' +
      'published until its last token has expired; a new next key is made. Every process follows within half a minute. Nobody is signed out.',
  )
  .option('--compromised', 'somebody else has the key that signs: stop publishing it. Every token it signed stops working within 90 seconds')
  .addHelpText('after', '\nNeeds ENCRYPTION_KEYS, and SESSIONS_DATABASE_URL or DATABASE_URL with DATABASE_ROLE_SECRET. See .env.example.')
  .parse();

const { compromised = false } = command.opts<{ compromised?: true }>();
try {
  const config = loadConfig(['ENCRYPTION_KEYS']);
  const database = configuredDatabase(config, 'sessions');
  try {
    const { retired, signing, next } = await rotateSigningKeys({ database, encryptionKeys: config.ENCRYPTION_KEYS, clock: systemClock, compromised });
    if (retired !== null) console.log(`${pc.yellow(compromised ? 'removed' : 'retired')}  ${retired}`);
    console.log(`${pc.green('signing')}  ${signing}`);
    console.log(`${pc.cyan('next   ')}  ${next}`);
  } finally {
    await database.close();
  }
} catch (error) {
  const plain = error instanceof KeyTooYoung || error instanceof ConfigurationError;
  console.error(pc.red(plain ? error.message : String(error instanceof Error ? error.stack : error)));
  process.exitCode = 1;
}
