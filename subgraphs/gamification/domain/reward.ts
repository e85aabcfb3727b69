/** What people are given for what they do. */

/** Experience for having registered, and for having proven one's e-mail address. */
export const registrationExperience = 10;
export const verifiedEmailExperience = 20;

/** Sparkle points everybody starts with. */
export const welcomePoints = 100;

/** Sparkle points for reaching a level. */
export function pointsForLevel(level: number): number {
  return 10 * level;
}
