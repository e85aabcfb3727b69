import { testPassword } from '../../harness/world.ts';
import type { Names } from './names.ts';

/** What a mutation is called with. */
export type Input = Readonly<Record<string, unknown>>;

/** Calls aimed at what belongs to another tenant. */
export interface Aimed {
  readonly kind: 'aimed';
  /** By what the call is aimed by: an input made of the names of somebody there, or of nobody. */
  readonly by: Readonly<Record<string, (it: Names, me: Names) => Input>>;
  /** Tables of the other tenant that the call changes whoever makes it, each with the reason. */
  readonly touches: Readonly<Record<string, string>>;
  /** Why not even an administrator of that tenant is answered otherwise, where none is. */
  readonly sameForTheirOwn?: string;
}

/** A call that cannot name anybody else. It is made all the same. */
export interface OnOneself {
  readonly kind: 'on oneself';
  readonly why: string;
  readonly input: (me: Names) => Input;
  readonly touches: Readonly<Record<string, string>>;
}

/** A call that anybody may make, signed in or not, and that tells by design what it tells. */
export interface ByAnybody {
  readonly kind: 'by anybody';
  readonly why: string;
  readonly input: (it: Names, me: Names) => Input;
  readonly touches: Readonly<Record<string, string>>;
  /** Why the answer may repeat what the caller has just typed, where it does. */
  readonly repeats?: string;
}

export type Attempt = Aimed | OnOneself | ByAnybody;

const aimed = (by: Aimed['by'], more: Partial<Aimed> = {}): Attempt => ({ kind: 'aimed', by, touches: {}, ...more });
const onOneself = (why: string, input: OnOneself['input'], touches: OnOneself['touches'] = {}): Attempt => ({ kind: 'on oneself', why, input, touches });
const byAnybody = (why: string, input: ByAnybody['input'], more: Partial<ByAnybody> = {}): Attempt => ({ kind: 'by anybody', why, input, touches: {}, ...more });

const whoeverHoldsIt = 'a secret is all it takes: it is for whoever holds it, and nobody can name another\'s';
const code = '000000';

/** How an administrator of one tenant would get at another by each mutation. A mutation without an entry fails the test. */
export const attempts: Readonly<Record<string, Attempt>> = {
  sessionSignIn: aimed(
    {
      'their login': ({ email }) => ({ login: email, password: 'not their password' }),
      'their tenant': ({ slug }, { username }) => ({ login: username, password: testPassword, tenant: slug }),
    },
    { touches: { 'sessions.login_history': 'whoever is aimed at sees who tried', 'sessions.lockouts': 'failures are counted, whoever fails' }, sameForTheirOwn: 'a wrong password is a wrong password' },
  ),
  sessionTwoFactorComplete: onOneself(whoeverHoldsIt, () => ({ twoFactorToken: 'no such token', code })),
  sessionRefresh: onOneself(whoeverHoldsIt, () => ({ refreshToken: 'no such token' })),
  sessionSignOut: onOneself('ends sessions of the caller', () => ({ scope: 'OTHERS' })),
  sessionRevoke: aimed({ 'their session': ({ id }) => ({ id: id('sessions.sessions') }) }),
  userPasswordChange: onOneself('changes the password of the caller', () => ({ currentPassword: testPassword, newPassword: 'Lantern-orbit-57-quiet' })),
  userPasswordResetRequest: aimed(
    { 'their address': ({ email }) => ({ email }) },
    {
      touches: { 'sessions.password_resets': 'anybody may have a link mailed to an address', 'users.mails': 'the mail' },
      sameForTheirOwn: 'it never says whether anybody goes by an address',
    },
  ),
  userPasswordReset: onOneself(whoeverHoldsIt, () => ({ token: 'no such token', newPassword: 'Lantern-orbit-57-quiet' })),
  userTwoFactorSetUp: onOneself('begins to set up the second factor of the caller', () => ({ password: testPassword })),
  userTwoFactorConfirm: onOneself('confirms the second factor of the caller', () => ({ code })),
  userTwoFactorDisable: onOneself('switches the second factor of the caller off', () => ({ password: testPassword, code })),
  userBackupCodesRegenerate: onOneself('makes backup codes of the caller', () => ({ password: testPassword, code })),
  userRegister: byAnybody('an address and a username are one person, whatever the tenant: whoever registers is told that they are taken', ({ email, username }) => ({
    email,
    username,
    password: 'Lantern-orbit-57-quiet',
    agreeToTerms: true,
  })),
  userEmailVerify: aimed({ 'their address': ({ email }) => ({ email, code }) }, { sameForTheirOwn: 'a wrong code is a wrong code' }),
  userVerificationResend: aimed({ 'their address': ({ email }) => ({ email }) }, { sameForTheirOwn: 'it never says whether anybody goes by an address' }),
  userUpdate: onOneself('changes the profile of the caller', () => ({ version: 1, bio: 'Here I am.' })),
  userUsernameChange: byAnybody('a username is one person, whatever the tenant: whoever wants it is told that it is taken', ({ username }) => ({ version: 1, username })),
  userSuspend: aimed({ 'their id': ({ id }) => ({ id: id('users.people'), reason: 'because' }) }),
  userBan: aimed({ 'their id': ({ id }) => ({ id: id('users.people'), reason: 'because' }) }),
  userReinstate: aimed({ 'their id': ({ id }) => ({ id: id('users.people') }) }),
  userFollow: aimed({ 'their id': ({ id }) => ({ userId: id('users.people') }) }),
  userUnfollow: aimed(
    { 'their id': ({ id }) => ({ userId: id('users.people') }) },
    {
      touches: {
        'users.follows': "what ends is the caller's own, also where they see the other no longer",
        'users.people': 'the counts of followers follow',
        'users.directory_entries': 'the directory follows',
      },
    },
  ),
  userBlock: aimed({ 'their id': ({ id }) => ({ userId: id('users.people') }) }),
  userUnblock: aimed({ 'their id': ({ id }) => ({ userId: id('users.people') }) }),
  userPhoneNumberChange: onOneself('changes the number of the caller', () => ({ phoneNumber: '+351 912 345 678' })),
  userPreferencesUpdate: onOneself('changes the preferences of the caller', () => ({ locale: 'pt-BR' })),
  notificationMarkRead: aimed({ 'their notification': ({ id }) => ({ ids: [id('users.notifications')] }) }, { sameForTheirOwn: "a notification is its person's own" }),
  notificationMarkAllRead: onOneself('marks notifications of the caller', () => ({})),
  notificationDelete: aimed({ 'their notification': ({ id }) => ({ id: id('users.notifications') }) }, { sameForTheirOwn: "a notification is its person's own" }),
  notificationPreferencesUpdate: onOneself('changes how the caller is told of things', () => ({ digest: 'DAILY' })),
  pushTokenRegister: onOneself('registers a device of the caller', () => ({ token: 'a token of their own device', platform: 'WEB' })),
  pushTokenRemove: aimed({ 'their device': ({ id }) => ({ id: id('users.push_tokens') }) }, { sameForTheirOwn: "a device is its person's own" }),
  userDelete: aimed({ 'their id': ({ id, username }) => ({ id: id('users.people'), confirmUsername: username }) }, { sameForTheirOwn: 'nobody but the platform deletes others' }),
  userRestore: aimed({ 'their id': ({ id }) => ({ id: id('users.people') }) }, { sameForTheirOwn: 'nobody but the platform restores others' }),
  userDataExportRequest: onOneself('asks for a document about the caller', () => ({}), { 'users.data_exports': 'the document says whom the caller follows, wherever those belong' }),
  sessionTenantSwitch: aimed({ 'their tenant': ({ slug }) => ({ tenant: slug }) }),
  tenantCreate: byAnybody('a slug is one tenant of the platform: whoever wants it is told that it is taken', ({ slug }) => ({ name: 'Another', slug })),
  tenantUpdate: onOneself('changes the tenant the caller acts in', () => ({ version: 1, name: 'Home' })),
  tenantSettingsUpdate: onOneself('changes the rules of the tenant the caller acts in', () => ({ version: 1, apiPerMinute: null })),
  tenantSuspend: aimed({ 'their tenant': ({ id }) => ({ id: id('tenants.tenants'), reason: 'because' }) }, { sameForTheirOwn: 'nobody but the platform suspends tenants' }),
  tenantReinstate: aimed({ 'their tenant': ({ id }) => ({ id: id('tenants.tenants') }) }, { sameForTheirOwn: 'nobody but the platform reinstates tenants' }),
  tenantRestore: aimed({ 'their tenant': ({ id }) => ({ id: id('tenants.tenants') }) }, { sameForTheirOwn: 'nobody but the platform restores tenants' }),
  tenantMemberInvite: byAnybody('invites into the tenant the caller acts in: whoever is meant is mailed, wherever they belong', ({ email }) => ({ email }), { repeats: 'the address that was typed stands in the invitation' }),
  tenantInvitationResend: aimed({ 'their invitation': ({ id }) => ({ id: id('tenants.invitations') }) }),
  tenantInvitationRevoke: aimed({ 'their invitation': ({ id }) => ({ id: id('tenants.invitations') }) }),
  tenantInvitationAccept: aimed(
    { 'their invitation': ({ id }) => ({ id: id('tenants.invitations') }), 'a token': () => ({ token: 'no such token' }) },
    { sameForTheirOwn: 'an invitation is for whom it went to' },
  ),
  tenantMemberRoleChange: aimed({ 'their id': ({ id }) => ({ userId: id('users.people'), role: 'GUEST' }) }),
  tenantMemberRemove: aimed({ 'their id': ({ id }) => ({ userId: id('users.people') }) }),
  // Behind everything else that is done to a tenant by its own administrator: there is none afterwards.
  tenantDelete: aimed({ 'their tenant': ({ id, slug }) => ({ id: id('tenants.tenants'), confirmSlug: slug }) }),
  tenantLeave: aimed({ 'their tenant': ({ id }) => ({ tenantId: id('tenants.tenants') }) }),
};

/** Finds mutations nobody has said how to attack with, and entries for mutations that are no more. */
export function unlistedMutations(mutations: readonly string[], table: Readonly<Record<string, Attempt>> = attempts): string[] {
  return [...mutations.filter((name) => table[name] === undefined), ...Object.keys(table).filter((name) => !mutations.includes(name))];
}
