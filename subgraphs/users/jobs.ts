import type { Jobs } from '@kith/drizzle/jobRunner.ts';
import { z } from 'zod';
import { clearMails } from './services/clearingMails.ts';
import { forgetCodes } from './services/forgettingCodes.ts';
import { liftSuspensions } from './services/liftingSuspensions.ts';
import { mailVerificationCode } from './services/mailingCodes.ts';
import { mailRegistrationRepeated } from './services/mailingRepetitions.ts';
import { notify } from './services/notifying.ts';
import { removeExpiredNotifications } from './services/removingExpiredNotifications.ts';
import { sendDueNotifications } from './services/sendingDueNotifications.ts';
import { sendMail } from './services/sendingMail.ts';
import type { UsersParts } from './usersParts.ts';

const mailJob = z.object({ mailId: z.uuid() });

/** What the users subgraph does beside answering. */
export function usersJobs(parts: UsersParts): Jobs {
  return {
    consumers: [mailVerificationCode(parts), mailRegistrationRepeated(parts), notify(parts)],
    tasks: [{ name: 'users.send_mail', run: (payload) => sendMail(parts, mailJob.parse(payload).mailId) }],
    scheduled: [
      { name: 'users.lift_suspensions', cron: '* * * * *', run: () => liftSuspensions(parts) },
      { name: 'users.forget_codes', cron: '7 * * * *', run: () => forgetCodes(parts) },
      { name: 'users.clear_mails', cron: '17 * * * *', run: () => clearMails(parts) },
      { name: 'users.send_due_notifications', cron: '* * * * *', run: () => sendDueNotifications(parts) },
      { name: 'users.remove_expired_notifications', cron: '27 * * * *', run: async () => void (await removeExpiredNotifications(parts)) },
    ],
  };
}
