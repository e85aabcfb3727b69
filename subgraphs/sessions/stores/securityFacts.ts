import { statement } from '@kith/drizzle/connection.ts';
import { credentials, lockouts } from '@kith/drizzle/tables/sessions.ts';
import type { UserId } from '@kith/kernel/ids.ts';
import { sql } from 'drizzle-orm';
import type { SecurityFacts } from '../domain/securityFacts.ts';

/** How people prove who they are, by the port of the keeper: of oneself, and for an administrator of the people of the active tenant. */
export const securityFactsOfPeople = statement<SecurityFacts>('security facts of people', (db) =>
  db
    .select({
      userId: sql<UserId>`f.user_id`,
      twoFactorEnabled: sql<boolean>`f.two_factor_enabled`,
      passwordChangedAt: sql<Date | null>`f.password_changed_at`.mapWith(credentials.passwordChangedAt),
      backupCodesLeft: sql<number | null>`f.backup_codes_left`,
      lockedUntil: sql<Date | null>`f.locked_until`.mapWith(lockouts.lockedUntil),
      failures: sql<number | null>`f.failures`,
    })
    .from(sql`sessions.security_facts(${sql.placeholder('ids')}::uuid[]) as f`)
    .prepare('security_facts_of_people'),
);
