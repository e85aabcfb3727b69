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
  completeness: ({ profile, emailVerifiedAt }) => completeness(profile, emailVerifiedAt !== null),
  isComplete: ({ profile, emailVerifiedAt }) => completeness(profile, emailVerifiedAt !== null) >= completeAt,
};
