import { v7 } from 'uuid';
import { eventually } from '../harness/eventually.ts';
import type { TestGraph } from '../harness/graph.ts';
import { mailedCode, mailsTo } from '../harness/mailbox.ts';
import { goodPassword, mutate, register } from '../harness/registration.ts';
import type { TestDatabase } from '../harness/testDatabase.ts';
import type { TestTenant } from '../harness/world.ts';
import { testPassword } from '../harness/world.ts';
import type { Leaver } from './canaries.ts';
import { hashesOf } from './canaries.ts';

/** The name and address of whoever leaves: canaries, as they are. */
export const canaryEmail = 'canary7address@kith.example';
export const canaryUsername = 'canary7name';
export const canaryPhoneNumber = '+351912345678';

/** Somebody who has done everything there is to do, with their token. */
export interface LivedIn extends Leaver {
  readonly token: string;
}

/** How many attempts to sign in there were: enough for several batches. */
const signInsMade = 2_500;

/**
 * Has somebody live in Kith: by real use where there is a way, and where a row comes only with time or accident, by hand. Leaves at least a row for
 * every step of an erasure.
 */
export async function liveIn(graph: TestGraph, database: TestDatabase, home: TestTenant): Promise<LivedIn> {
  const { user } = await register(graph, { email: canaryEmail, username: 'first_canary7name', tenant: home.slug, referralCode: 'canary7referral', displayName: 'Canary' });
  await mutate(graph, 'userEmailVerify', { email: canaryEmail, code: await mailedCode(database, canaryEmail) });
  await eventually(() => database.owner`select 1 from gamification.players where user_id = ${user.id}`, (rows) => rows.length === 1);
  await graph.signIn(canaryEmail, { password: 'Not the password 1!' }).catch(() => {});
  const token = await graph.signIn(canaryEmail, { password: goodPassword });
  const asThemselves = { token };
  await mutate(graph, 'userUsernameChange', { version: 2, username: canaryUsername }, 'errors { code }', asThemselves);
  const boss = await graph.signIn(home.people['boss']?.username ?? '', { password: testPassword });
  await mutate(graph, 'userVerificationResend', { email: canaryEmail });
  await mutate(graph, 'userPasswordResetRequest', { email: canaryEmail });
  await mutate(graph, 'userTwoFactorSetUp', { password: goodPassword }, 'errors { code }', asThemselves);
  await mutate(graph, 'userDataExportRequest', { label: 'canary7label' }, 'errors { code }', asThemselves);
  await eventually(() => database.owner`select 1 from users.data_exports where user_id = ${user.id} and state = 'READY'`, (rows) => rows.length === 1);
  await eventually(() => mailsTo(database, canaryEmail), (mails) => mails.some(({ template }) => template === 'password_reset'));
  const leaver = { id: user.id, email: canaryEmail, username: canaryUsername };
  await beReached(graph, user.id, token);
  await meet(graph, user.id, home, token);
  await addByHand(database, leaver, home);
  // Suspended and reinstated: a change of status with a reason, and an entry of the audit log about them. It ends the session.
  await mutate(graph, 'userSuspend', { id: user.id, reason: 'canary7suspended' }, 'errors { code }', { token: boss });
  await mutate(graph, 'userReinstate', { id: user.id }, 'errors { code }', { token: boss });
  const anew = await graph.signIn(canaryEmail, { password: goodPassword });
  await allDone(database);
  await database.owner`update sessions.refresh_tokens set used_at = issued_at where user_id = ${user.id}`; // or none could hold a successor
  return { ...leaver, token: anew };
}

/** Does something that is not refused. */
async function done(graph: TestGraph, name: string, input: object, token: string): Promise<void> {
  const { errors } = await mutate(graph, name, input, 'errors { code message }', { token });
  if (errors.length > 0) throw new Error(`${name} was refused: ${JSON.stringify(errors)}`);
}

/** A telephone, a device, and choices of how to be told of what: never at this hour, so that what there is to tell waits. */
async function beReached(graph: TestGraph, userId: string, token: string): Promise<void> {
  await done(graph, 'userPhoneNumberChange', { phoneNumber: canaryPhoneNumber }, token);
  await done(graph, 'pushTokenRegister', { token: `the-token-of-the-telephone-of-${userId}`, platform: 'IOS', deviceName: 'canary7telephone', appVersion: '7.7.7' }, token);
  const types = [{ type: 'NEW_FOLLOWER', email: true, push: true }];
  await done(graph, 'notificationPreferencesUpdate', { types, quietHours: { from: '00:00', to: '23:59' } }, token);
}

/** They follow and block others, and others them. */
async function meet(graph: TestGraph, userId: string, home: TestTenant, token: string): Promise<void> {
  const [first, third] = ['member1', 'member3'].map((name) => home.people[name]?.id ?? '');
  const [followed, blocking] = [await graph.signIn('member1', { password: testPassword }), await graph.signIn('member2', { password: testPassword })];
  await done(graph, 'userFollow', { userId: first }, token);
  await done(graph, 'userFollow', { userId }, followed);
  await done(graph, 'userBlock', { userId }, blocking);
  await done(graph, 'userBlock', { userId: third }, token);
}

/** Waits until nothing is left to be done: what follows from what happened has then happened as well. */
export async function allDone({ owner }: TestDatabase): Promise<void> {
  const waiting = () => owner`select task_id from graphile_worker._private_jobs where locked_at is not null or (attempts < max_attempts and run_at <= now())`;
  await eventually(waiting, (jobs) => jobs.length === 0);
}

async function addByHand({ owner }: TestDatabase, { id, email }: Leaver, home: TestTenant): Promise<void> {
  const others = Object.values(home.people);
  const now = new Date();
  const inAnHour = new Date(now.getTime() + 3_600_000);
  await owner`insert into users.follows ${owner(others.map((other) => ({ follower_id: id, followed_id: other.id, created_at: now })))} on conflict do nothing`;
  await owner`insert into users.follows ${owner(others.map((other) => ({ follower_id: other.id, followed_id: id, created_at: now })))} on conflict do nothing`;
  await owner`insert into sessions.login_history ${owner(
    Array.from({ length: signInsMade }, () => ({ id: v7(), occurred_at: now, user_id: id, ip_address: '192.0.2.7', user_agent: 'an old browser', failure: 'WRONG_PASSWORD' })),
  )}`;
  await owner`insert into sessions.backup_codes ${owner({ user_id: id, code_hash: Buffer.alloc(32, 1) })}`;
  await owner`insert into sessions.two_factor_challenges ${owner({ token_hash: Buffer.alloc(32, 2), user_id: id, remember: false, issued_at: now, expires_at: inAnHour, attempts_left: 5 })}`;
  await owner`insert into sessions.alerts ${owner({ id: v7(), user_id: id, kind: 'NEW_IP_LOGIN', severity: 'MEDIUM', raised_at: now, ip_address: '192.0.2.7' })}`;
  await owner`insert into tenants.audit_entries ${owner({
    id: v7(), tenant_id: home.id, occurred_at: now, actor_id: id, action: 'tenant.look', target_type: 'tenant', target_id: home.id, ip_address: '192.0.2.77', user_agent: 'canary7agent', request_id: 'planted',
  })}`;
  const boss = home.people['boss']?.id ?? '';
  const invitation = (email: string, invitedBy: string, message: string) => ({ id: v7(), tenant_id: home.id, email, email_canonical: email, role: 'USER', invited_by: invitedBy, message, created_at: now, sent_at: now, expires_at: inAnHour });
  await owner`insert into tenants.invitations ${owner([invitation('friend@kith.example', id, 'Do come.'), invitation(email, boss, 'You are welcome.')])}`;
  // By hand: it ends the tokens of whoever it is about, with the clock that stands still those of afterwards too.
  const roleChange = async (userId: string, changedBy: string) => {
    const [membership] = await owner<{ id: string }[]>`select id from tenants.memberships where user_id = ${userId} and tenant_id = ${home.id}`;
    return { id: v7(), tenant_id: home.id, membership_id: membership?.id ?? '', user_id: userId, from_role: 'GUEST', to_role: 'USER', changed_by: changedBy, changed_at: now };
  };
  await owner`insert into tenants.role_changes ${owner([await roleChange(id, boss), await roleChange(home.people['member1']?.id ?? '', id)])}`;
  await owner`insert into tenants.daily_active_people ${owner({ tenant_id: home.id, day: '2026-01-01', user_id: id })}`;
  await owner`insert into users.presences ${owner({ tenant_id: home.id, user_id: id, last_seen_at: now })} on conflict do nothing`;
  await owner`insert into users.verification_codes ${owner({ address_hash: Buffer.alloc(32, 3), user_id: id, expires_at: inAnHour, attempts_left: 5 })} on conflict do nothing`;
}

/** A job of theirs that failed for good and took their address down, another that waits, and what is counted about their address alone. */
export async function leaveTraces({ owner }: TestDatabase, leaver: Leaver): Promise<void> {
  const [subject = Buffer.alloc(32)] = hashesOf(leaver);
  await owner`insert into sessions.lockouts ${owner({ subject, failures: 3, last_failed_at: new Date() })}`;
  const [event] = await owner<{ id: string }[]>`select id from kith.events where user_id = ${leaver.id} limit 1`;
  await owner`select graphile_worker.add_job('test.stuck', json_build_object('eventId', ${event?.id ?? ''}::text))`;
  await owner`select graphile_worker.add_job('test.failed', '{}')`;
  await owner`update graphile_worker._private_jobs j set last_error = ${`Failed query: insert params: ${leaver.email}`} from graphile_worker._private_tasks t where t.id = j.task_id and t.identifier = 'test.failed'`;
}

/** The token of the mail that undoes a deletion. */
export async function mailedRestoreToken(database: TestDatabase, email: string): Promise<string> {
  const deletions = async () => (await mailsTo(database, email)).filter(({ template }) => template === 'account_deleted');
  const [mail] = await eventually(deletions, (mails) => mails.length > 0);
  const token = /kd_[A-Za-z0-9_-]{43}/.exec(mail?.text ?? '')?.[0];
  if (token === undefined) throw new Error('the mail holds no token');
  return token;
}
