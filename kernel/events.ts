import { v7 } from 'uuid';
import { z } from 'zod';
import type { TenantId, UserId } from './ids.ts';

/** What is fixed about a kind of event: the version of its payload, and who acts on it. */
interface EventType {
  readonly version: number;
  readonly payload: z.ZodType<object>;
  /** Names of consumers, `<subgraph>.<what it does>`; each is the name of a job as well. */
  readonly consumers: readonly string[];
}

const nothing = z.object({});

/**
 * Every event there is, with the shape of its payload and who acts on it. An event says what happened, by ids: never a secret,
 * and nothing personal that a consumer can look up. A payload that changes its shape gets the next version, and consumers read
 * the old one as long as such events may be waiting.
 */
export const eventTypes = {
  'user.registered': {
    version: 1,
    payload: z.object({ referralCode: z.string().nullable() }),
    consumers: ['users.mail_verification_code', 'gamification.welcome_player'],
  },
  'user.registration_repeated': { version: 1, payload: nothing, consumers: ['users.mail_registration_repeated'] },
  'user.verification_requested': { version: 1, payload: nothing, consumers: ['users.mail_verification_code'] },
  'user.email_verified': { version: 1, payload: nothing, consumers: ['gamification.award_verified_email'] },
  'user.updated': { version: 1, payload: z.object({ fields: z.array(z.string()) }), consumers: [] },
  'user.status_changed': { version: 1, payload: z.object({ from: z.string(), to: z.string(), actorId: z.string().nullable() }), consumers: ['users.notify'] },
  'user.preferences_updated': { version: 1, payload: z.object({ fields: z.array(z.string()) }), consumers: [] },
  'user.followed': { version: 1, payload: z.object({ followedId: z.string() }), consumers: ['users.notify'] },
  'user.token_registered': { version: 1, payload: z.object({ pushTokenId: z.string(), platform: z.string() }), consumers: [] },
  'user.token_updated': { version: 1, payload: z.object({ pushTokenId: z.string(), platform: z.string() }), consumers: [] },
  'user.token_deleted': { version: 1, payload: z.object({ pushTokenId: z.string() }), consumers: [] },
  'user.notified': { version: 1, payload: z.object({ notificationId: z.string(), channels: z.array(z.string()) }), consumers: [] },
  'user.deleted': { version: 1, payload: z.object({ actorId: z.string().nullable() }), consumers: ['users.mail_deletion'] },
  'user.restored': { version: 1, payload: z.object({ actorId: z.string().nullable() }), consumers: [] },
  'user.erased': { version: 1, payload: nothing, consumers: [] },
  'user.data_export_requested': { version: 1, payload: z.object({ dataExportId: z.string() }), consumers: ['users.make_data_export'] },
  'user.data_export_ready': { version: 1, payload: z.object({ dataExportId: z.string() }), consumers: ['users.notify'] },
  'user.password_changed': { version: 1, payload: z.object({ byReset: z.boolean() }), consumers: ['sessions.mail_password_changed'] },
  'user.password_reset_requested': { version: 1, payload: nothing, consumers: ['sessions.mail_password_reset'] },
  'session.signed_in': { version: 1, payload: z.object({ sessionId: z.string() }), consumers: ['tenants.count_sign_in'] },
  'session.tenant_switched': { version: 1, payload: z.object({ sessionId: z.string(), from: z.string().nullable(), to: z.string() }), consumers: [] },
  'session.revoked': { version: 1, payload: z.object({ sessionIds: z.array(z.string()), reason: z.string() }), consumers: [] },
  'session.alert_raised': { version: 1, payload: z.object({ alertId: z.string(), severity: z.string() }), consumers: ['sessions.mail_alert', 'users.notify'] },
  'player.level_up': { version: 1, payload: z.object({ level: z.int() }), consumers: ['users.notify'] },
  'tenant.created': { version: 1, payload: nothing, consumers: [] },
  'tenant.updated': { version: 1, payload: z.object({ fields: z.array(z.string()) }), consumers: [] },
  'tenant.settings_changed': { version: 1, payload: z.object({ fields: z.array(z.string()) }), consumers: [] },
  'tenant.status_changed': { version: 1, payload: z.object({ from: z.string(), to: z.string(), actorId: z.string() }), consumers: [] },
  // Of these the person is whom it is about: who joined, left, or may do more or less.
  'tenant.member_joined': {
    version: 1,
    payload: z.object({ membershipId: z.string(), role: z.string(), invitationId: z.string().nullable() }),
    consumers: ['gamification.add_player', 'tenants.count_joining', 'users.notify'],
  },
  'tenant.member_left': {
    version: 1,
    payload: z.object({ membershipId: z.string(), actorId: z.string().nullable() }),
    consumers: ['tenants.count_leaving', 'users.notify'],
  },
  'tenant.member_role_changed': { version: 1, payload: z.object({ membershipId: z.string(), from: z.string(), to: z.string(), actorId: z.string() }), consumers: ['users.notify'] },
  // The person is whoever invited.
  'tenant.member_invited': { version: 1, payload: z.object({ invitationId: z.string() }), consumers: ['tenants.mail_invitation'] },
  'tenant.invitation_revoked': { version: 1, payload: z.object({ invitationId: z.string() }), consumers: [] },
  'tenant.invitation_accepted': { version: 1, payload: z.object({ invitationId: z.string(), acceptedById: z.string() }), consumers: ['users.notify'] },
} as const satisfies Record<string, EventType>;

export type EventName = keyof typeof eventTypes;
export type EventPayload<Name extends EventName> = z.infer<(typeof eventTypes)[Name]['payload']>;
/** Whoever acts on events of at least one kind. */
export type ConsumerName = (typeof eventTypes)[EventName]['consumers'][number];

/** Something that happened, to a person, in a tenant, or both. */
export interface KithEvent<Name extends EventName = EventName> {
  readonly id: string;
  readonly name: Name;
  readonly occurredAt: Date;
  readonly userId: UserId | null;
  readonly tenantId: TenantId | null;
  /** The request it happened in. */
  readonly requestId: string;
  readonly payload: EventPayload<Name>;
}

/** What an event is about, beside its payload. */
export type EventSubject = Pick<KithEvent, 'occurredAt' | 'userId' | 'tenantId' | 'requestId'>;

/** Makes an event; `announce` writes it. */
export function eventOf<Name extends EventName>(name: Name, subject: EventSubject, payload: EventPayload<Name>): KithEvent<Name> {
  return { id: v7({ msecs: subject.occurredAt.getTime() }), name, ...subject, payload };
}
