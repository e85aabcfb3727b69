import type { UserId } from '@kith/kernel/ids.ts';
import type { Audience } from '@kith/kernel/policy.ts';
import type { Role } from '@kith/kernel/role.ts';
import type { Preferences } from './preferences.ts';

/** Where an account stands in its life. */
export type UserStatus = 'PENDING_VERIFICATION' | 'ACTIVE' | 'SUSPENDED' | 'BANNED' | 'DELETED';

/** What a person tells about themselves. */
export interface Profile {
  readonly displayName: string | null;
  readonly bio: string | null;
  readonly pictureUrl: string | null;
  readonly bannerUrl: string | null;
  readonly location: string | null;
  readonly website: string | null;
  readonly interests: string[];
  readonly skills: string[];
  readonly twitter: string | null;
  readonly instagram: string | null;
  readonly tiktok: string | null;
  readonly discord: string | null;
  readonly youtube: string | null;
}

/** A person with their profile, as the subgraph reads them. */
export interface Person {
  readonly id: UserId;
  readonly username: string;
  readonly usernameCanonical: string;
  readonly email: string;
  readonly emailVerifiedAt: Date | null;
  readonly status: UserStatus;
  readonly statusReason: string | null;
  readonly suspendedUntil: Date | null;
  readonly platformAdministrator: boolean;
  readonly version: number;
  readonly followerCount: number;
  readonly followingCount: number;
  readonly createdAt: Date;
  /** Whether they belong to the viewer's active tenant. */
  readonly inActiveTenant: boolean;
  readonly roleInActiveTenant: Role | null;
  /** Whether they blocked the viewer. */
  readonly hidesFromViewer: boolean;
  readonly profile: Profile;
  /**
   * There in the payload of a mutation that wrote this person, and nowhere else: whoever wrote it may read back what this group may
   * read. So does whoever registers somebody, although nobody is signed in as that person yet.
   */
  readonly readBackAs?: Audience;
  /** Beside `SELF`: what nobody else's request could read. */
  readonly ownPreferences?: Preferences;
}
