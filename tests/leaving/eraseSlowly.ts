// Erases whoever is due at the moment it is given, and says so after each batch: for tests that kill it in between.
import { configuredDatabase } from '@kith/drizzle/configuredDatabase.ts';
import { parseConfig } from '@kith/kernel/config.ts';
import { eraseDue } from '@kith/users/services/erasing.ts';
import { usersParts, usersSettings } from '@kith/users/usersParts.ts';

const config = parseConfig(process.env, usersSettings);
const at = new Date(process.argv[2] ?? '');
const database = configuredDatabase(config, 'users');
const parts = await usersParts(config, database, { now: () => at });
await eraseDue(parts, (batch) => process.send?.(batch));
await database.close();
process.disconnect();
