import type { Audience } from './audiences.ts';

/** Who reads a field of the graph. */
export interface FieldRule {
  /** `null` is everybody who reaches what the field hangs on. */
  readonly who: readonly Audience[] | null;
  /** Whether the SDL marks the field `@audience`. Where it does not, the code says who reads it, or a guard on the way. */
  readonly marked: boolean;
  /** Why nobody ever sees it in this world, where nobody does. */
  readonly unseen?: string;
}

/** Read by everybody who reaches what the field hangs on. */
const open: FieldRule = { who: null, marked: false };
/** Read by these alone: the SDL says so with `@audience`. */
const only = (...who: Audience[]): FieldRule => ({ who, marked: true });
/** Read by these alone, although the SDL does not mark the field: a guard on the way to it, or the code, says so. */
const within = (...who: Audience[]): FieldRule => ({ who, marked: false });
/** Seen by nobody in this world, for this reason. */
const unseen = (rule: FieldRule, why: string): FieldRule => ({ ...rule, unseen: why });

/**
 * Every field of every type that can be reached from a query, and who reads it: seen from the nearest person or tenant above it.
 * The parts of a page (`nodes`, `edges`, `pageInfo`, `totalCount`, `cursor`, `node`) need no entry. A field without an entry fails
 * `everyFieldIsListed.test.ts`; one that shows to anybody else fails the matrix.
 */
export const fieldRules: Readonly<Record<string, Readonly<Record<string, FieldRule>>>> = {
  Query: {
    me: open,
    user: open,
    userByUsername: open,
    users: open,
    usernameAvailable: open,
    currentTenant: open,
    tenant: open,
    tenants: open,
    currentSession: open,
    passwordStrength: open,
    usersOnline: open,
    erasureReport: unseen(within('PLATFORM_ADMINISTRATORS'), 'nobody has been erased'),
    allTenants: within('PLATFORM_ADMINISTRATORS'),
    invitation: unseen(open, 'it takes the token out of a mail'),
  },
  User: {
    id: open,
    username: open,
    email: only('SELF', 'TENANT_ADMINS'),
    status: only('SELF', 'TENANT_ADMINS'),
    statusReason: only('SELF', 'TENANT_ADMINS'),
    suspendedUntil: only('SELF', 'TENANT_ADMINS'),
    verified: open,
    profile: open,
    followerCount: open,
    followingCount: open,
    preferences: only('SELF'),
    version: open,
    createdAt: open,
    memberships: open,
    security: only('SELF', 'TENANT_ADMINS'),
    player: open,
    phoneNumber: only('SELF', 'TENANT_ADMINS'),
    followers: open,
    following: open,
    mutualFollowers: open,
    blockedUsers: only('SELF'),
    relationship: open,
    presence: open,
    viewerCan: open,
    notifications: only('SELF'),
    unreadNotificationCount: only('SELF'),
    notificationPreferences: only('SELF'),
    pushTokens: only('SELF'),
    statusHistory: only('SELF', 'TENANT_ADMINS'),
    formerUsernames: only('SELF'),
    deletion: unseen(only('SELF', 'PLATFORM_ADMINISTRATORS'), 'nobody is deleted'),
    deletionImpact: only('SELF', 'PLATFORM_ADMINISTRATORS'),
    dataExports: only('SELF'),
    membership: open,
    invitationsSent: only('TENANT_ADMINS'),
    invitationsReceived: only('SELF'),
    auditEntries: only('TENANT_ADMINS'),
    auditedActs: only('TENANT_ADMINS'),
  },
  Profile: {
    displayName: open,
    bio: open,
    pictureUrl: open,
    bannerUrl: open,
    location: open,
    website: open,
    interests: open,
    skills: open,
    socialLinks: open,
    theme: open,
    completeness: open,
    isComplete: open,
  },
  SocialLinks: { twitter: open, instagram: open, tiktok: open, discord: open, youtube: open },
  Preferences: { locale: within('SELF'), timeZone: within('SELF'), colorScheme: within('SELF'), showPresence: within('SELF') },
  Relationship: { viewerFollows: open, followedSince: open, followsViewer: open, viewerBlocks: open },
  Presence: { online: open, lastSeenAt: open },
  UserPermissions: { update: open, follow: open, block: open, suspend: open, ban: open, reinstate: open, delete: open, readContact: open },
  Notification: {
    id: within('SELF'),
    type: within('SELF'),
    priority: within('SELF'),
    title: within('SELF'),
    body: within('SELF'),
    actor: within('SELF'),
    tenant: within('SELF'),
    data: within('SELF'),
    createdAt: within('SELF'),
    readAt: within('SELF'),
    expiresAt: within('SELF'),
  },
  NotificationPreferences: { types: within('SELF'), quietHours: within('SELF'), digest: within('SELF') },
  NotificationTypePreference: { type: within('SELF'), inApp: within('SELF'), email: within('SELF'), push: within('SELF') },
  QuietHours: { from: within('SELF'), to: within('SELF') },
  PushToken: {
    id: within('SELF'),
    platform: within('SELF'),
    deviceName: within('SELF'),
    appVersion: within('SELF'),
    tokenEnding: within('SELF'),
    registeredAt: within('SELF'),
    lastUsedAt: within('SELF'),
  },
  StatusChange: {
    id: within('SELF', 'TENANT_ADMINS'),
    from: within('SELF', 'TENANT_ADMINS'),
    to: within('SELF', 'TENANT_ADMINS'),
    reason: within('SELF', 'TENANT_ADMINS'),
    actor: within('SELF', 'TENANT_ADMINS'),
    changedAt: within('SELF', 'TENANT_ADMINS'),
  },
  FormerUsername: { username: within('SELF'), givenUpAt: within('SELF'), reservedUntil: within('SELF') },
  AccountDeletion: {
    deletedAt: unseen(within('SELF', 'PLATFORM_ADMINISTRATORS'), 'nobody is deleted'),
    deletedBy: unseen(within('SELF', 'PLATFORM_ADMINISTRATORS'), 'nobody is deleted'),
    restorableUntil: unseen(within('SELF', 'PLATFORM_ADMINISTRATORS'), 'nobody is deleted'),
  },
  DeletionImpact: { relations: within('SELF', 'PLATFORM_ADMINISTRATORS'), totalRows: within('SELF', 'PLATFORM_ADMINISTRATORS') },
  AffectedRelation: {
    relation: within('SELF', 'PLATFORM_ADMINISTRATORS'),
    rows: within('SELF', 'PLATFORM_ADMINISTRATORS'),
    fate: within('SELF', 'PLATFORM_ADMINISTRATORS'),
  },
  ErasureReport: {
    userId: unseen(within('PLATFORM_ADMINISTRATORS'), 'nobody has been erased'),
    startedAt: unseen(within('PLATFORM_ADMINISTRATORS'), 'nobody has been erased'),
    completedAt: unseen(within('PLATFORM_ADMINISTRATORS'), 'nobody has been erased'),
    relations: unseen(within('PLATFORM_ADMINISTRATORS'), 'nobody has been erased'),
    signed: unseen(within('PLATFORM_ADMINISTRATORS'), 'nobody has been erased'),
  },
  DataExport: {
    id: within('SELF'),
    label: within('SELF'),
    state: within('SELF'),
    requestedAt: within('SELF'),
    readyAt: within('SELF'),
    expiresAt: within('SELF'),
    document: within('SELF'),
  },
  Tenant: {
    id: open,
    name: open,
    slug: open,
    status: open,
    createdAt: open,
    version: open,
    branding: open,
    statusReason: only('TENANT_ADMINS', 'PLATFORM_ADMINISTRATORS'),
    viewerCan: open,
    members: open,
    settings: only('TENANT_ADMINS'),
    statistics: only('TENANT_MODERATORS'),
    invitations: only('TENANT_ADMINS'),
    auditLog: only('TENANT_ADMINS'),
    auditExport: only('TENANT_ADMINS'),
    circulation: only('TENANT_MODERATORS'),
  },
  Branding: { logoUrl: open, accentColor: open },
  TenantPermissions: {
    update: open,
    manageSettings: open,
    invite: open,
    changeRoles: open,
    removeMembers: open,
    readStatistics: open,
    readAuditLog: open,
    leave: open,
    delete: open,
    suspend: open,
  },
  TenantSettings: {
    version: within('TENANT_ADMINS'),
    signUp: within('TENANT_ADMINS'),
    hideRegisteredPeople: within('TENANT_ADMINS'),
    passwordScoreMin: within('TENANT_ADMINS'),
    passwordLengthMin: within('TENANT_ADMINS'),
    allowedIpRanges: within('TENANT_ADMINS'),
    sessionMinutesMax: within('TENANT_ADMINS'),
    apiPerMinute: within('TENANT_ADMINS'),
    writesPerMinute: within('TENANT_ADMINS'),
    updatedAt: within('TENANT_ADMINS'),
  },
  TenantStatistics: {
    memberCount: within('TENANT_MODERATORS'),
    membersByRole: within('TENANT_MODERATORS'),
    membersByStatus: within('TENANT_MODERATORS'),
    daily: within('TENANT_MODERATORS'),
  },
  RoleCount: { role: within('TENANT_MODERATORS'), count: within('TENANT_MODERATORS') },
  StatusCount: { status: within('TENANT_MODERATORS'), count: within('TENANT_MODERATORS') },
  DailyStatistics: {
    day: within('TENANT_MODERATORS'),
    signIns: within('TENANT_MODERATORS'),
    activePeople: within('TENANT_MODERATORS'),
    joined: within('TENANT_MODERATORS'),
    left: within('TENANT_MODERATORS'),
  },
  Circulation: { sparklePoints: within('TENANT_MODERATORS'), premiumPoints: within('TENANT_MODERATORS') },
  Invitation: {
    id: within('TENANT_ADMINS'),
    email: within('TENANT_ADMINS'),
    role: within('TENANT_ADMINS'),
    state: within('TENANT_ADMINS'),
    tenant: within('TENANT_ADMINS'),
    createdAt: within('TENANT_ADMINS'),
    sentAt: within('TENANT_ADMINS'),
    sentCount: within('TENANT_ADMINS'),
    expiresAt: within('TENANT_ADMINS'),
    closedAt: within('TENANT_ADMINS'),
    invitedBy: within('TENANT_ADMINS'),
    acceptedBy: within('TENANT_ADMINS'),
  },
  InvitationOffer: {
    id: within('SELF'),
    tenantName: within('SELF'),
    tenantSlug: within('SELF'),
    branding: within('SELF'),
    email: within('SELF'),
    role: within('SELF'),
    invitedByName: within('SELF'),
    expiresAt: within('SELF'),
  },
  AuditEntry: {
    id: within('TENANT_ADMINS'),
    actorId: within('TENANT_ADMINS'),
    impersonatorId: within('TENANT_ADMINS'),
    targetUserId: within('TENANT_ADMINS'),
    sequence: within('TENANT_ADMINS'),
    occurredAt: within('TENANT_ADMINS'),
    action: within('TENANT_ADMINS'),
    targetType: within('TENANT_ADMINS'),
    targetId: within('TENANT_ADMINS'),
    before: within('TENANT_ADMINS'),
    after: within('TENANT_ADMINS'),
    ipAddress: within('TENANT_ADMINS'),
    userAgent: within('TENANT_ADMINS'),
    requestId: within('TENANT_ADMINS'),
    redactedAt: within('TENANT_ADMINS'),
    digest: within('TENANT_ADMINS'),
    actor: within('TENANT_ADMINS'),
    impersonator: within('TENANT_ADMINS'),
    targetUser: within('TENANT_ADMINS'),
  },
  AuditExport: { jsonLines: within('TENANT_ADMINS'), entryCount: within('TENANT_ADMINS'), nextAfterSequence: unseen(within('TENANT_ADMINS'), 'a piece holds a thousand entries, and no log here has more') },
  RoleChange: {
    id: within('SELF', 'TENANT_ADMINS'),
    from: within('SELF', 'TENANT_ADMINS'),
    to: within('SELF', 'TENANT_ADMINS'),
    changedAt: within('SELF', 'TENANT_ADMINS'),
    changedBy: within('SELF', 'TENANT_ADMINS'),
  },
  Membership: {
    id: open,
    role: open,
    tenant: open,
    joinedAt: open,
    user: open,
    viewerCan: open,
    roleChanges: only('SELF', 'TENANT_ADMINS'),
    invitation: only('TENANT_ADMINS'),
  },
  MembershipPermissions: { changeRole: open, remove: open },
  Security: {
    sessions: within('SELF', 'TENANT_ADMINS'),
    twoFactorEnabled: within('SELF', 'TENANT_ADMINS'),
    backupCodesLeft: only('SELF'),
    passwordChangedAt: within('SELF', 'TENANT_ADMINS'),
    lastLogin: only('SELF'),
    loginHistory: only('SELF'),
    alerts: only('SELF'),
    knownDevices: only('SELF'),
    lockout: only('SELF', 'TENANT_ADMINS'),
    viewerCan: within('SELF', 'TENANT_ADMINS'),
  },
  SecurityPermissions: { revokeSessions: within('SELF', 'TENANT_ADMINS'), changeCredentials: within('SELF', 'TENANT_ADMINS') },
  KnownDevice: { fingerprint: within('SELF'), network: within('SELF'), signedInAt: within('SELF') },
  Lockout: { lockedUntil: within('SELF', 'TENANT_ADMINS'), failures: within('SELF', 'TENANT_ADMINS') },
  Session: {
    id: within('SELF', 'TENANT_ADMINS'),
    device: within('SELF', 'TENANT_ADMINS'),
    browser: within('SELF', 'TENANT_ADMINS'),
    operatingSystem: within('SELF', 'TENANT_ADMINS'),
    ipAddress: within('SELF', 'TENANT_ADMINS'),
    isCurrent: within('SELF', 'TENANT_ADMINS'),
    createdAt: within('SELF', 'TENANT_ADMINS'),
    lastSeenAt: within('SELF', 'TENANT_ADMINS'),
    expiresAt: within('SELF', 'TENANT_ADMINS'),
  },
  Login: {
    id: within('SELF'),
    occurredAt: within('SELF'),
    succeeded: within('SELF'),
    failure: within('SELF'),
    ipAddress: within('SELF'),
    device: within('SELF'),
  },
  SecurityAlert: {
    id: within('SELF'),
    kind: within('SELF'),
    severity: within('SELF'),
    raisedAt: within('SELF'),
    ipAddress: within('SELF'),
  },
  PasswordStrength: { score: open, accepted: open, problems: open, suggestions: unseen(open, 'what would make a strong password better is an empty list') },
  Player: {
    id: open,
    user: open,
    level: open,
    experience: open,
    levelStartsAt: open,
    nextLevelAt: open,
    wallet: open,
    achievements: open,
  },
  Wallet: { sparklePoints: open, premiumPoints: open },
  Achievement: { id: open, name: open, description: open, rarity: open },
  PlayerAchievement: { unlockedAt: open, achievement: open },
};

/** Who reaches a person and a tenant at all, by whatever path. */
export const reachRules: Readonly<Record<string, readonly Audience[]>> = {
  User: ['SELF', 'TENANT_MEMBERS'],
  Tenant: ['BELONGING', 'PLATFORM_ADMINISTRATORS'],
};

/** Types that only answers of mutations hold, other than `...Payload`, each with the reason why no rule is needed. What payloads lead to is in the table above. */
export const onlyInAnswersOfMutations: Readonly<Record<string, string>> = {
  UserError: 'says what is wrong with what the caller has just sent',
};

// What every page consists of; the contract's guards keep pages uniform.
const partsOfPages: Readonly<Record<string, readonly string[]>> = {
  Connection: ['nodes', 'edges', 'pageInfo', 'totalCount'],
  Edge: ['cursor', 'node'],
  PageInfo: ['hasNextPage', 'hasPreviousPage', 'startCursor', 'endCursor'],
};

// Whoever acts reads what came of it; what a payload leads to has rules of its own.
const isAnswer = (type: string): boolean => type === 'Mutation' || type.endsWith('Payload') || onlyInAnswersOfMutations[type] !== undefined;

/** Looks up the rule of a field. Undefined when nobody has said who reads it. */
export function ruleOf(type: string, field: string): FieldRule | undefined {
  const isPart = Object.entries(partsOfPages).some(([ending, parts]) => type.endsWith(ending) && parts.includes(field));
  return fieldRules[type]?.[field] ?? (isPart || isAnswer(type) ? open : undefined);
}

/** The fields that the table says the SDL marks `@audience`, and for whom: `User.email` is for SELF, TENANT_ADMINS. */
export function listedAudiences(): Map<string, Audience[]> {
  return new Map(
    Object.entries(fieldRules).flatMap(([type, fields]) =>
      Object.entries(fields).flatMap(([field, { who, marked }]): [string, Audience[]][] => (marked && who !== null ? [[`${type}.${field}`, who.toSorted()]] : [])),
    ),
  );
}
