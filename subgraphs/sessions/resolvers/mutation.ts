import { payloads } from '@kith/kernel/payload.ts';
import type { MutationResolvers, UserErrorCode } from '../generated/resolvers.ts';
import { changePassword } from '../services/changingPassword.ts';
import { disableTwoFactor, regenerateBackupCodes } from '../services/changingTwoFactor.ts';
import { completeTwoFactor } from '../services/completingTwoFactor.ts';
import { refresh } from '../services/refreshing.ts';
import { requestPasswordReset, resetPassword } from '../services/resettingPassword.ts';
import { revokeSession } from '../services/revoking.ts';
import { confirmTwoFactor, setUpTwoFactor } from '../services/settingUpTwoFactor.ts';
import { signIn } from '../services/signingIn.ts';
import { signOut } from '../services/signingOut.ts';
import { switchTenant } from '../services/switchingTenant.ts';
import { handOn, handOver, takeBackEnded, takeBackRefused } from '../services/handingOver.ts';

const payloadOf = payloads<UserErrorCode>();

export const Mutation: MutationResolvers = {
  sessionSignIn: (_, { input }, context) => payloadOf(signIn(context.parts, context.asking, input).then((result) => handOver(context, result))),
  sessionTwoFactorComplete: (_, { input }, context) => payloadOf(completeTwoFactor(context.parts, context.asking, input).then((session) => handOver(context, session))),
  sessionRefresh: (_, { input }, context) =>
    payloadOf(
      refresh(context.parts, context.asking, input).then(
        (session) => handOver(context, session),
        (error: unknown) => takeBackRefused(context.notes, context.asking, error),
      ),
    ),
  sessionTenantSwitch: (_, { input }, context) => payloadOf(switchTenant(context.parts, context.asking, context.viewer, input).then((session) => handOn(context, session))),
  sessionSignOut: (_, { input }, { viewer, asking, parts, notes }) =>
    payloadOf(signOut(parts, asking, viewer, input.scope ?? 'THIS').then((ended) => takeBackEnded(notes, asking, input.scope ?? 'THIS', ended))),
  sessionRevoke: (_, { input }, { viewer, asking, parts }) => payloadOf(revokeSession(parts, asking, viewer, input.id)),
  userPasswordChange: (_, { input }, { viewer, asking, parts }) => payloadOf(changePassword(parts, asking, viewer, input)),
  userPasswordResetRequest: (_, { input }, { asking, parts }) => payloadOf(requestPasswordReset(parts, asking, input)),
  userPasswordReset: (_, { input }, { asking, parts }) => payloadOf(resetPassword(parts, asking, input)),
  userTwoFactorSetUp: (_, { input }, { viewer, asking, parts }) => payloadOf(setUpTwoFactor(parts, asking, viewer, input)),
  userTwoFactorConfirm: (_, { input }, { viewer, asking, parts }) => payloadOf(confirmTwoFactor(parts, asking, viewer, input)),
  userTwoFactorDisable: (_, { input }, { viewer, asking, parts }) => payloadOf(disableTwoFactor(parts, asking, viewer, input)),
  userBackupCodesRegenerate: (_, { input }, { viewer, asking, parts }) => payloadOf(regenerateBackupCodes(parts, asking, viewer, input)),
};
