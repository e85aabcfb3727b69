// `pnpm erasure:run`: erases everybody who was deleted more than 30 days ago. A job does the same every ten minutes.
import { systemClock } from '@kith/kernel/clock.ts';
import { ConfigurationError, loadConfig } from '@kith/kernel/config.ts';
import { eraseDue, previewDue } from '@kith/users/services/erasing.ts';
import { usersSettings } from '@kith/users/usersParts.ts';
import { Command } from 'commander';
import pc from 'picocolors';
import { progressOn } from './progress.ts';
import { withUsers } from './usersBehind.ts';

const command = new Command('pnpm erasure:run')
  .description(
    'Erases everybody who was deleted more than 30 days ago: what is personal goes, a thousand rows at a time, and a signed report of it is kept. Safe to\n' +
      'stop at any point and to run beside everything else; it goes on where it was. A job of the users subgraph does the same every ten minutes.',
  )
  .option('--dry-run', 'only say who it would be, and how many rows')
  .option('--json', 'answer in JSON, on one line')
  .addHelpText('after', `\nNeeds ${usersSettings.join(', ')}, and USERS_DATABASE_URL or DATABASE_URL with DATABASE_ROLE_SECRET. See .env.example.`)
  .parse();

const { dryRun = false, json = false } = command.opts<{ dryRun?: true; json?: true }>();
try {
  await withUsers(loadConfig(usersSettings), systemClock, async (parts) => {
    if (dryRun) {
      const previews = await previewDue(parts);
      if (json) console.log(JSON.stringify({ due: previews }));
      else for (const { userId, relations } of previews) console.log([pc.bold(userId), ...relations.map(({ rows, relation, fate }) => `${String(rows).padStart(8)}  ${relation}  ${pc.dim(fate)}`)].join('\n'));
      if (!json) console.log(previews.length === 0 ? 'Nobody is due.' : `${previews.length} would be erased.`);
      return;
    }
    let rows = 0;
    const erased = await progressOn(process.stderr).step('erasing', () => eraseDue(parts, (batch) => void (rows += batch.erased)));
    console.log(json ? JSON.stringify({ erased, rows }) : `${pc.green(String(erased.length))} erased, ${rows} rows.`);
  });
} catch (error) {
  console.error(pc.red(error instanceof ConfigurationError ? error.message : String(error instanceof Error ? error.stack : error)));
  process.exitCode = 1;
}
