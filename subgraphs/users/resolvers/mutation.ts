import { payloads } from '@kith/kernel/payload.ts';
import type { MutationResolvers, UserErrorCode } from '../generated/resolvers.ts';
import { updateNotificationPreferences } from '../services/changingNotificationPreferences.ts';
import { changePhoneNumber } from '../services/changingPhoneNumber.ts';
import { updatePreferences } from '../services/changingPreferences.ts';
import { updateProfile } from '../services/changingProfile.ts';
import { banPerson, reinstate, suspend } from '../services/changingStatus.ts';
import { renameOneself } from '../services/changingUsername.ts';
import { block, follow, unblock, unfollow } from '../services/following.ts';
import { deleteAccount } from '../services/deletingAccount.ts';
import { requestDataExport } from '../services/exportingData.ts';
import { readingAgain, readingBack, readingOneselfAgain } from '../services/readingAgain.ts';
import { deleteNotification, markAllNotificationsRead, markNotificationsRead } from '../services/readingNotifications.ts';
import { readingNotificationPreferencesAgain, readingPreferencesAgain } from '../services/readingPreferencesAgain.ts';
import { register } from '../services/registering.ts';
import { registerPushToken, unregisterPushToken } from '../services/registeringPushTokens.ts';
import { restoreAccount } from '../services/restoringAccount.ts';
import { resendCode, verifyEmail } from '../services/verifying.ts';

const payloadOf = payloads<UserErrorCode>();

export const Mutation: MutationResolvers = {
  userRegister: (_, { input }, context) => payloadOf(register(context, input)),
  userEmailVerify: (_, { input }, context) => payloadOf(readingOneselfAgain(context, verifyEmail(context.parts, context.requestId, input))),
  userVerificationResend: (_, { input }, { parts, requestId }) => payloadOf(resendCode(parts, requestId, input)),
  userUpdate: (_, { input }, context) => payloadOf(readingAgain(context, updateProfile(context, input))),
  userUsernameChange: (_, { input }, context) => payloadOf(readingAgain(context, renameOneself(context, input))),
  userSuspend: (_, { input }, context) => payloadOf(readingBack(context, suspend(context, input))),
  userBan: (_, { input }, context) => payloadOf(readingBack(context, banPerson(context, input))),
  userReinstate: (_, { input }, context) => payloadOf(readingBack(context, reinstate(context, input))),
  userPhoneNumberChange: (_, { input }, context) => payloadOf(readingAgain(context, changePhoneNumber(context, input))),
  userPreferencesUpdate: (_, { input }, context) => payloadOf(readingPreferencesAgain(context, updatePreferences(context, input))),
  notificationMarkRead: (_, { input }, context) => payloadOf(markNotificationsRead(context, input)),
  notificationMarkAllRead: (_, { input }, context) => payloadOf(markAllNotificationsRead(context, input)),
  notificationDelete: (_, { input }, context) => payloadOf(deleteNotification(context, input)),
  notificationPreferencesUpdate: (_, { input }, context) => payloadOf(readingNotificationPreferencesAgain(context, updateNotificationPreferences(context, input))),
  pushTokenRegister: (_, { input }, context) => payloadOf(registerPushToken(context, input)),
  pushTokenRemove: (_, { input }, context) => payloadOf(unregisterPushToken(context, input)),
  userFollow: (_, { input }, context) => payloadOf(readingAgain(context, follow(context, input))),
  userUnfollow: (_, { input }, context) => payloadOf(readingAgain(context, unfollow(context, input))),
  userBlock: (_, { input }, context) => payloadOf(readingAgain(context, block(context, input))),
  userUnblock: (_, { input }, context) => payloadOf(readingAgain(context, unblock(context, input))),
  userDelete: (_, { input }, context) => payloadOf(deleteAccount(context, input)),
  userRestore: (_, { input }, context) => payloadOf(restoreAccount(context, input)),
  userDataExportRequest: (_, { input }, context) => payloadOf(requestDataExport(context, input)),
};
