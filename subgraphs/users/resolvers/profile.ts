import { completeAt, completeness } from '../domain/completeness.ts';
import type { ProfileResolvers } from '../generated/resolvers.ts';

export const Profile: ProfileResolvers = {
  displayName: ({ profile }) => profile.displayName,
  bio: ({ profile }) => profile.bio,
  pictureUrl: ({ profile }) => profile.pictureUrl,
  bannerUrl: ({ profile }) => profile.bannerUrl,
  location: ({ profile }) => profile.location,
  website: ({ profile }) => profile.website,
  interests: ({ profile }) => profile.interests,
  skills: ({ profile }) => profile.skills,
  socialLinks: ({ profile }) => profile,
  theme: async ({ id }, _args, { loaders }) => (await loaders.theme.load(id)) ?? {},
  completeness: ({ profile, emailVerifiedAt }) => completeness(profile, emailVerifiedAt !== null),
  isComplete: ({ profile, emailVerifiedAt }) => completeness(profile, emailVerifiedAt !== null) >= completeAt,
};
