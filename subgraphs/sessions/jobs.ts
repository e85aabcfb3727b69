import type { Jobs } from '@kith/drizzle/jobRunner.ts';
import { cleanUp, lookAhead } from './services/cleaningUp.ts';
import { mailAlert } from './services/mailingAlerts.ts';
import { mailPasswordChanged, mailPasswordReset } from './services/mailingPasswords.ts';
import type { SessionsParts } from './sessionsParts.ts';

/** What the sessions subgraph does beside answering. */
export function sessionsJobs(parts: SessionsParts): Jobs {
  return { consumers: [mailPasswordReset(parts), mailPasswordChanged(parts), mailAlert(parts)], tasks: [], scheduled: scheduledOf(parts) };
}

function scheduledOf(parts: SessionsParts): Jobs['scheduled'] {
  return [
    { name: 'sessions.clean_up', cron: '* * * * *', run: async () => void (await cleanUp(parts)) },
    { name: 'sessions.look_ahead', cron: '17 3 * * *', run: () => lookAhead(parts) },
  ];
}
