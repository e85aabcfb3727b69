import type { Profile } from './person.ts';

/** What each part of a profile counts for, beside a base of 20 for having one. */
const weights: Partial<Record<keyof Profile, number>> = {
  pictureUrl: 15,
  bio: 10,
  displayName: 10,
  location: 5,
  website: 5,
  twitter: 5,
  instagram: 5,
  youtube: 10,
};
const base = 20;
const verifiedEmail = 15;

/** From here on a profile counts as complete. */
export const completeAt = 80;

/** How much of a profile is filled in, 0 to 100. */
export function completeness(profile: Profile, emailVerified: boolean): number {
  const parts = Object.entries(weights).filter(([part]) => profile[part as keyof Profile]); // the keys of weights are keys of a profile
  const sum = parts.reduce((total, [, weight]) => total + weight, base + (emailVerified ? verifiedEmail : 0));
  return Math.min(sum, 100);
}
