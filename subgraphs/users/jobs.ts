import type { Jobs } from '@kith/drizzle/jobRunner.ts';
import { z } from 'zod';
import { applyRetention } from './services/applyingRetention.ts';
import { clearMails } from './services/clearingMails.ts';
import { eraseDue } from './services/erasing.ts';
import { expireDataExports, makeDataExport } from './services/exportingData.ts';
import { forgetCodes } from './services/forgettingCodes.ts';
import { liftSuspensions } from './services/liftingSuspensions.ts';
import { mailVerificationCode } from './services/mailingCodes.ts';
import { mailDeletion } from './services/mailingDeletions.ts';
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
    consumers: [mailVerificationCode(parts), mailRegistrationRepeated(parts), mailDeletion(parts), makeDataExport(parts), notify(parts)],
    tasks: [{ name: 'users.send_mail', run: (payload) => sendMail(parts, mailJob.parse(payload).mailId) }],
    scheduled: [
      { name: 'users.lift_suspensions', cron: '* * * * *', run: () => liftSuspensions(parts) },
      { name: 'users.forget_codes', cron: '7 * * * *', run: () => forgetCodes(parts) },
      { name: 'users.clear_mails', cron: '17 * * * *', run: () => clearMails(parts) },
      { name: 'users.send_due_notifications', cron: '* * * * *', run: () => sendDueNotifications(parts) },
      { name: 'users.remove_expired_notifications', cron: '27 * * * *', run: async () => void (await removeExpiredNotifications(parts)) },
      { name: 'users.erase_due', cron: '*/10 * * * *', run: async () => void (await eraseDue(parts)) },
      { name: 'users.expire_data_exports', cron: '37 * * * *', run: () => expireDataExports(parts) },
      { name: 'users.apply_retention', cron: '47 3 * * *', run: async () => void (await applyRetention(parts)) },
    ],
  };
}
