// `pnpm encryption:rotate`: writes all encrypted fields anew with the newest of ENCRYPTION_KEYS.
import type { EncryptedColumn } from '@kith/drizzle/encryptedColumns.ts';
import { rewriteColumn } from '@kith/drizzle/encryptedColumns.ts';
import { ConfigurationError, loadConfig } from '@kith/kernel/config.ts';
import { decryptField, encryptField, newestVersion } from '@kith/kernel/fieldEncryption.ts';
import type { UserId } from '@kith/kernel/ids.ts';
import { appSecretPlace } from '@kith/sessions/services/checkingCode.ts';
import { placeOfKey } from '@kith/sessions/services/makingKeys.ts';
import { phoneNumberPlace } from '@kith/users/domain/phoneNumber.ts';
import { pushTokenPlace } from '@kith/users/domain/pushToken.ts';
import { Command } from 'commander';
import pc from 'picocolors';
import postgres from 'postgres';

/** Every column that holds encrypted fields for longer than moments. */
const columns: readonly EncryptedColumn[] = [
  { table: 'sessions.second_factors', key: 'user_id', column: 'secret_encrypted', by: 'keeper', placeOf: (key) => appSecretPlace(key as UserId) }, // the column holds nothing else
  { table: 'sessions.signing_keys', key: 'kid', column: 'private_jwk_encrypted', by: 'owner', placeOf: placeOfKey },
  { table: 'users.phone_numbers', key: 'user_id', column: 'number_encrypted', by: 'keeper', placeOf: (key) => phoneNumberPlace(key as UserId) }, // the column holds nothing else
  { table: 'users.push_tokens', key: 'id', column: 'token_encrypted', by: 'keeper', placeOf: pushTokenPlace },
];

new Command('pnpm encryption:rotate')
  .description(
    'Writes every encrypted field anew with the newest version of ENCRYPTION_KEYS, while everything runs. Add the new version to ENCRYPTION_KEYS of all ' +
      'processes first; when this has ended well, the older versions can be taken out a minute later.',
  )
  .addHelpText('after', '\nNeeds DATABASE_URL, the owner of the database, and ENCRYPTION_KEYS with the old versions and the new one. See .env.example.')
  .parse();

try {
  const config = loadConfig(['DATABASE_URL', 'ENCRYPTION_KEYS']);
  const keys = config.ENCRYPTION_KEYS;
  const version = newestVersion(keys);
  const owner = postgres(config.DATABASE_URL, { max: 1, onnotice: () => {} });
  try {
    for (const column of columns) {
      const written = await rewriteColumn(owner, column, version, (place, encrypted) => encryptField(keys, place, decryptField(keys, place, encrypted)));
      console.log(`${pc.green(String(written).padStart(8))}  ${column.table}`);
    }
    console.log(`Everything is written with version ${version}.`);
  } finally {
    await owner.end();
  }
} catch (error) {
  console.error(pc.red(error instanceof ConfigurationError ? error.message : String(error instanceof Error ? error.stack : error)));
  process.exitCode = 1;
}
