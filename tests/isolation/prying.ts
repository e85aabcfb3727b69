import type { TwoTenants } from './twoTenants.ts';
import { personOf } from './twoTenants.ts';

/** A question that tries to learn of another tenant. */
export interface Prying {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** Cursors of the other tenant's lists, as a member of it was given them. */
export interface ForeignCursors {
  readonly users: string;
  readonly members: string;
  readonly sessions: string;
  readonly achievements: string;
}

const everything = `id username email status verified followerCount profile { displayName bio } preferences { locale }
  followers(first: 200) { nodes { id username } totalCount } following(first: 200) { nodes { id username } totalCount } mutualFollowers(first: 200) { nodes { id username } totalCount }
  relationship { viewerFollows followsViewer } presence { online lastSeenAt } viewerCan { follow suspend }
  memberships(first: 200) { nodes { id role user { id username } tenant { id name slug } } totalCount }
  security { sessions(first: 200) { nodes { id device ipAddress } totalCount } }
  player { id level wallet { sparklePoints } user { id username } achievements(first: 200) { nodes { achievement { id name description } } totalCount } }`;
const places = 'membership { id role viewerCan { changeRole remove } roleChanges(first: 200) { nodes { id to changedBy { id username } } totalCount } invitation { id email invitedBy { id username } } }';
const invitations = 'nodes { id email role tenant { id name } invitedBy { id username } acceptedBy { id username } } totalCount';
const entries = 'nodes { id actorId targetId actor { id } targetUser { id } } totalCount';
const log = `auditLog(first: 200) { ${entries} } auditExport { jsonLines entryCount }`;
const tenant = `id name slug status version branding { logoUrl } statusReason viewerCan { leave } settings { version } statistics { memberCount daily(days: 2) { joined } } circulation { sparklePoints } members(first: 200) { nodes { id role user { id username player { id } } } totalCount }`;

/** Every way to ask for what belongs to another tenant that the graph has: by id, by name, by list, by count, by cursor, by search. */
export function pryingQuestions({ away, both }: TwoTenants, cursors: ForeignCursors): Record<string, Prying> {
  const stranger = personOf(away, 'far_member_1');
  const ask = (query: string, variables: Record<string, unknown> = {}): Prying => ({ query, variables });
  return {
    'a person by id': ask(`query ($id: ID!) { user(id: $id) { ${everything} } }`, { id: stranger.id }),
    'a person by username': ask(`query ($username: String!) { userByUsername(username: $username) { ${everything} } }`, { username: stranger.username }),
    'a person by username in other letters': ask(`query ($username: String!) { userByUsername(username: $username) { ${everything} } }`, { username: ` ${stranger.username.toUpperCase()}` }),
    'the directory': ask(`{ users(first: 200) { nodes { ${everything} } pageInfo { startCursor endCursor } totalCount } }`),
    'the directory from its end': ask(`{ users(last: 200) { nodes { ${everything} } totalCount } }`),
    'the directory behind a foreign cursor': ask(`query ($after: String) { users(first: 200, after: $after) { nodes { ${everything} } totalCount } }`, { after: cursors.users }),
    'the directory in front of a foreign cursor': ask(`query ($before: String) { users(last: 200, before: $before) { nodes { ${everything} } totalCount } }`, { before: cursors.users }),
    'who is online': ask('{ usersOnline(first: 200) { nodes { id username } totalCount } }'),
    'a search for letters': ask('{ users(search: "_") { nodes { id username } totalCount } }'),
    'a search for a name': ask(`query ($search: String) { users(search: $search) { nodes { ${everything} } totalCount } }`, { search: 'far_' }),
    'a search for a count': ask('query ($search: String) { users(search: $search) { totalCount } }', { search: stranger.username }),
    'the place of a person by id': ask(`query ($id: ID!) { user(id: $id) { ${places} invitationsSent(first: 200) { ${invitations} } invitationsReceived { totalCount } } }`, { id: stranger.id }),
    'the place of somebody who belongs to both': ask(`query ($id: ID!) { user(id: $id) { ${places} invitationsSent(first: 200) { ${invitations} } memberships(first: 200) { nodes { roleChanges { nodes { id } } invitation { id email } } } } }`, { id: both.id }),
    'the places of everybody': ask(`{ users(first: 200) { nodes { ${places} invitationsSent(first: 200) { ${invitations} } } } }`),
    'the invitations': ask(`{ currentTenant { invitations(first: 200) { ${invitations} } open: invitations(state: OPEN) { ${invitations} } expired: invitations(state: EXPIRED) { ${invitations} } accepted: invitations(state: ACCEPTED) { ${invitations} } revoked: invitations(state: REVOKED) { ${invitations} } } }`),
    'the invitations of another tenant': ask(`query ($slug: String!) { tenant(slug: $slug) { invitations(first: 200) { ${invitations} } } }`, { slug: away.slug }),
    'the audit log': ask(`{ currentTenant { ${log} } }`),
    'the audit log of another tenant': ask(`query ($slug: String!) { tenant(slug: $slug) { ${log} } }`, { slug: away.slug }),
    'what was done to somebody who belongs to both, and by them': ask(`query ($id: ID!) { user(id: $id) { auditEntries(first: 200) { ${entries} } auditedActs(first: 200) { ${entries} } } }`, { id: both.id }),
    'a tenant by id': ask(`query ($id: ID!) { tenant(id: $id) { ${tenant} } }`, { id: away.id }),
    'a tenant by slug': ask(`query ($slug: String!) { tenant(slug: $slug) { ${tenant} } }`, { slug: away.slug }),
    'the active tenant': ask(`{ currentTenant { ${tenant} } }`),
    'the active tenant behind a foreign cursor': ask('query ($after: String) { currentTenant { members(first: 200, after: $after) { nodes { id user { id username } } totalCount } } }', { after: cursors.members }),
    'the tenants': ask(`{ tenants(first: 200) { nodes { ${tenant} } totalCount } }`),
    'somebody who belongs to both': ask(`query ($id: ID!) { user(id: $id) { ${everything} } }`, { id: both.id }),
    'the sessions of somebody who belongs to both, behind a foreign cursor': ask('query ($id: ID!, $after: String) { user(id: $id) { security { sessions(first: 200, after: $after) { nodes { id } totalCount } } } }', {
      id: both.id,
      after: cursors.sessions,
    }),
    'the achievements of somebody who belongs to both, behind a foreign cursor': ask('query ($id: ID!, $after: String) { user(id: $id) { player { achievements(first: 200, after: $after) { nodes { achievement { id name } } totalCount } } } }', {
      id: both.id,
      after: cursors.achievements,
    }),
    'the people behind everybody': ask('{ users(first: 200) { nodes { memberships { nodes { tenant { id members { nodes { user { id } } } } } } } } }'),
    oneself: ask(`{ me { ${everything} } currentSession { id } }`),
  };
}
