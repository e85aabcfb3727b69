import type { Role } from '@kith/kernel/role.ts';

/** Short name of a tenant of the demo data. */
export type TenantSlug = 'sparkle' | 'atlas' | 'quill';

/** A tenant someone belongs to, as what, and how far they have come there. */
export interface Joining {
  readonly tenant: TenantSlug;
  readonly role: Role;
  /** Level they have earned there, 1 to 12. */
  readonly level: number;
}

/** Why someone of the demo data cannot act as everybody else does. */
export type Standing =
  | { readonly status: 'PENDING_VERIFICATION' }
  | { readonly status: 'SUSPENDED' | 'BANNED'; readonly reason: string };

/** Someone of the demo data, as they would describe themselves. What is left out they never told. */
export interface Persona {
  readonly username: string;
  readonly displayName?: string;
  readonly bio?: string;
  readonly location?: string;
  /** IANA time zone. UTC when left out. */
  readonly timeZone?: string;
  /** BCP 47 language tag. `en` when left out. */
  readonly locale?: string;
  readonly colorScheme?: 'LIGHT' | 'DARK';
  readonly website?: string;
  readonly picture?: true;
  readonly interests?: readonly string[];
  readonly skills?: readonly string[];
  readonly theme?: Readonly<Record<string, string>>;
  readonly twitter?: string;
  readonly instagram?: string;
  readonly tiktok?: string;
  readonly discord?: string;
  readonly youtube?: string;
  /** In the order of joining. */
  readonly joins: readonly Joining[];
  /** Active and verified when left out. */
  readonly standing?: Standing;
  readonly platformAdministrator?: true;
}
