import { forgetInvitationRequests } from '@kith/tenants/services/forgettingRequests.ts';
import { invite as serveInvitation } from '@kith/tenants/services/inviting.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { databaseContents } from '../drizzle/databaseContents.ts';
import { eventually } from '../harness/eventually.ts';
import type { TestGraph } from '../harness/graph.ts';
import { startGraph } from '../harness/graph.ts';
import { latestMail, mailsTo } from '../harness/mailbox.ts';
import { mutate } from '../harness/registration.ts';
import { testClock } from '../harness/testClock.ts';
import type { TestDatabase } from '../harness/testDatabase.ts';
import { testDatabase } from '../harness/testDatabase.ts';
import type { TestTenant } from '../harness/world.ts';
import { aTenant, testPassword } from '../harness/world.ts';
import type { TestServices } from './memberActs.ts';
import { accept, invite, mailedToken, outcomeOf, personOf, shownInvitation, tenantServices, topLevelCode } from './memberActs.ts';

const clock = testClock();
const day = 86_400_000;
const lines: string[] = [];
let database: TestDatabase;
let graph: TestGraph;
let services: TestServices;
let home: TestTenant;
let admin: string;

beforeAll(async () => {
  database = await testDatabase('migrated');
  home = await aTenant('home').withAdmin('boss').withMember('mod', 'MODERATOR').withMembers(4).in(database);
  await aTenant('away').withAdmin('away_boss').withMember('stranger').in(database);
  graph = await startGraph(database.url, { clock, logLines: lines, environment: { LOG_LEVEL: 'trace', PUBLIC_URL: 'https://kith.example/' } });
  services = tenantServices(database, clock);
  admin = await graph.signIn('boss', { password: testPassword });
});
afterAll(async () => {
  await services.close();
  await graph.stop();
  await database.drop();
});

const rowOf = async (id: string) => (await database.owner`select * from tenants.invitations where id = ${id}`)[0];
const resend = (id: string, token = admin) => mutate(graph, 'tenantInvitationResend', { id }, `invitation { ${shownInvitation} } errors { code path }`, { token });
const revoke = (id: string, token = admin) => mutate(graph, 'tenantInvitationRevoke', { id }, `invitation { ${shownInvitation} } errors { code path }`, { token });
const offerOf = async (token: string) => (await graph.ask('query ($token: String!) { invitation(token: $token) { id tenantName tenantSlug branding { logoUrl accentColor } email role invitedByName expiresAt } }', { token })).data.invitation;

describe('inviting', () => {
  it('answers the invitation, open for 7 days, and is audited and told of', async () => {
    const now = clock.now().toISOString();
    const { invitation, errors } = await invite(graph, admin, { email: ' New.Hand@Kith.Example ', role: 'CREATOR', message: 'Come aboard.' });
    expect(errors).toEqual([]);
    expect(invitation).toEqual({
      id: expect.any(String),
      email: 'New.Hand@Kith.Example',
      role: 'CREATOR',
      state: 'OPEN',
      createdAt: now,
      sentAt: now,
      sentCount: 1,
      expiresAt: new Date(clock.now().getTime() + 7 * day).toISOString(),
      closedAt: null,
      tenant: { slug: 'home' },
      invitedBy: { username: 'boss' },
      acceptedBy: null,
    });
    expect(await rowOf(invitation.id)).toMatchObject({ email_canonical: 'new.hand@kith.example', message: 'Come aboard.' });
    const entries = await database.owner`select action, target_type, before, after from tenants.audit_entries where target_id = ${invitation.id}`;
    expect(entries).toEqual([{ action: 'invitation.send', target_type: 'invitation', before: null, after: { role: 'CREATOR', expiresAt: invitation.expiresAt } }]);
    expect(await database.owner`select payload, user_id from kith.events where name = 'tenant.member_invited' and payload ->> 'invitationId' = ${invitation.id}`).toEqual([
      { payload: { invitationId: invitation.id }, user_id: personOf(home, 'boss').id },
    ]);
  });

  it('mails a link that names tenant, inviter and message, and shows what it offers to whoever has it', async () => {
    const mail = await latestMail(database, 'New.Hand@Kith.Example');
    expect(mail).toMatchObject({ template: 'invitation', subject: 'You have been invited' });
    for (const piece of ['boss invites you to join “Tenant home”', 'Come aboard.', 'https://kith.example/invitation#token=ki_', '7 days']) expect(mail.text).toContain(piece);
    const offer = await offerOf(await mailedToken(database, 'New.Hand@Kith.Example'));
    expect(offer).toMatchObject({ tenantName: 'Tenant home', tenantSlug: 'home', branding: { logoUrl: null, accentColor: null }, email: 'New.Hand@Kith.Example', role: 'CREATOR', invitedByName: 'boss' });
  });

  it('keeps the token in no log and nowhere in the database but in the mail', async () => {
    const token = await mailedToken(database, 'New.Hand@Kith.Example');
    await offerOf(token);
    const holding = Object.entries(await databaseContents(database.owner)).filter(([, rows]) => JSON.stringify(rows).includes(token)).map(([table]) => table);
    expect(holding).toEqual(['users.mails']);
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.join('')).not.toContain(token);
  });

  it.each([
    ['no address', { email: 'nobody' }, 'EMAIL_INVALID', 'email'],
    ['an address that is too long', { email: `${'a'.repeat(250)}@kith.example` }, 'EMAIL_INVALID', 'email'],
    ['the role SYSTEM', { email: 'robot@kith.example', role: 'SYSTEM' }, 'ROLE_UNASSIGNABLE', 'role'],
    ['a message that is too long', { email: 'wordy@kith.example', message: 'w'.repeat(501) }, 'FIELD_TOO_LONG', 'message'],
    ['the address of a member, written otherwise', { email: 'MEMBER1@test.kith.test' }, 'ALREADY_MEMBER', 'email'],
  ])('refuses %s', async (_, input, code, field) => {
    expect(await invite(graph, admin, input)).toEqual({ invitation: null, errors: [{ code, path: ['input', field] }] });
  });

  it('answers the same whether or not the address has an account elsewhere', async () => {
    const answers = await Promise.all(['stranger@test.kith.test', 'unheard-of@test.kith.test'].map((email) => invite(graph, admin, { email })));
    const [known, unknown] = answers.map(({ invitation, errors }) => ({ errors, invitation: { ...invitation, id: '', email: '' } }));
    expect(known).toEqual(unknown);
    const mails = await Promise.all(['stranger@test.kith.test', 'unheard-of@test.kith.test'].map((email) => latestMail(database, email)));
    const [one, other] = mails.map(({ text }) => text.replace(/token=\S+/, 'token'));
    expect(one).toBe(other);
  });

  it.each([
    ['nobody in particular', null, 'UNAUTHENTICATED'],
    ['a member', 'member1', 'FORBIDDEN'],
    ['a moderator', 'mod', 'FORBIDDEN'],
  ])('is not for %s, nor is resending or withdrawing', async (_, username, code) => {
    const token = username === null ? undefined : await graph.signIn(username, { password: testPassword });
    const [row] = await database.owner<{ id: string }[]>`select id from tenants.invitations limit 1`;
    expect(await topLevelCode(invite(graph, token, { email: 'friend@kith.example' }))).toBe(code);
    for (const name of ['tenantInvitationResend', 'tenantInvitationRevoke']) expect(await topLevelCode(mutate(graph, name, { id: row?.id }, 'errors { code }', { token }))).toBe(code);
  });

  it('again renews it: one open invitation to an address, another role, another token, and the one before is dead', async () => {
    const email = 'again@kith.example';
    const first = await invite(graph, admin, { email });
    const old = await mailedToken(database, email);
    clock.advanceSeconds(60);
    const second = await invite(graph, admin, { email: 'AGAIN@kith.example', role: 'MODERATOR' });
    expect(second.invitation).toMatchObject({ id: first.invitation.id, role: 'MODERATOR', sentCount: 2, email: 'AGAIN@kith.example', createdAt: first.invitation.createdAt, sentAt: clock.now().toISOString() });
    const renewed = await mailedToken(database, 'AGAIN@kith.example');
    expect(await offerOf(old)).toBeNull();
    expect(await offerOf(renewed)).toMatchObject({ role: 'MODERATOR' });
  });

  it('by many at once makes one invitation', async () => {
    const acting = services.as(home, personOf(home, 'boss'));
    const ids = await Promise.all(Array.from({ length: 5 }, () => serveInvitation(acting, { email: 'popular@kith.example' })));
    expect(new Set(ids).size).toBe(1);
    expect(await rowOf(ids[0] ?? '')).toMatchObject({ sent_count: 5 });
  });

  it('is written as text, whatever the words', async () => {
    await invite(graph, admin, { email: 'words@kith.example', message: '<b onclick="x">bold</b>\n\nYour password: 1234' });
    const { html, text } = await latestMail(database, 'words@kith.example');
    expect(html).not.toContain('<b onclick');
    expect(text).toContain('writes: “<b onclick="x">bold</b> Your password: 1234”');
  });
});

describe('an invitation', () => {
  it('sent once more has a new token and 7 more days, even when its time was over', async () => {
    const email = 'late@kith.example';
    const { invitation } = await invite(graph, admin, { email });
    const old = await mailedToken(database, email);
    clock.advanceSeconds(7 * 86_400);
    admin = await graph.signIn('boss', { password: testPassword });
    expect(await offerOf(old)).toBeNull();
    const again = await resend(invitation.id);
    expect(again.invitation).toMatchObject({ id: invitation.id, state: 'OPEN', sentCount: 2, expiresAt: new Date(clock.now().getTime() + 7 * day).toISOString() });
    const renewed = await mailedToken(database, email, 2);
    expect([await offerOf(old), (await offerOf(renewed)).email]).toEqual([null, email]);
  });

  it('that is withdrawn can neither be seen nor sent again, and its address can be invited anew', async () => {
    const email = 'withdrawn@kith.example';
    const { invitation } = await invite(graph, admin, { email });
    const token = await mailedToken(database, email);
    expect((await revoke(invitation.id)).invitation).toMatchObject({ state: 'REVOKED', closedAt: clock.now().toISOString() });
    expect(await rowOf(invitation.id)).toMatchObject({ token_hash: null, revoked_by: personOf(home, 'boss').id });
    expect(await offerOf(token)).toBeNull();
    const closed = { invitation: null, errors: [{ code: 'INVITATION_UNKNOWN', path: ['input', 'id'] }] };
    expect([await resend(invitation.id), await revoke(invitation.id)]).toEqual([closed, closed]);
    expect((await invite(graph, admin, { email })).invitation.id).not.toBe(invitation.id);
  });

  it('of another tenant is as unknown as one that never was', async () => {
    const boss = await graph.signIn('away_boss', { password: testPassword });
    const { invitation } = await invite(graph, boss, { email: 'elsewhere@kith.example' });
    for (const id of [invitation.id, '01890000-0000-7000-8000-000000000000', 'none']) {
      for (const payload of [await resend(id), await revoke(id)]) expect(payload).toEqual({ invitation: null, errors: [{ code: 'INVITATION_UNKNOWN', path: ['input', 'id'] }] });
    }
    expect(await rowOf(invitation.id)).toMatchObject({ revoked_at: null, sent_count: 1 });
  });

  it('offers nothing while its tenant is suspended', async () => {
    const email = 'patient@kith.example';
    await invite(graph, admin, { email });
    const token = await mailedToken(database, email);
    await database.owner`update tenants.tenants set status = 'SUSPENDED' where id = ${home.id}`;
    expect(await offerOf(token)).toBeNull();
    await database.owner`update tenants.tenants set status = 'ACTIVE' where id = ${home.id}`;
    expect(await offerOf(token)).not.toBeNull();
  });

  it.each(['', 'ki_', `ki_${'x'.repeat(43)}`, `kp_${'x'.repeat(43)}`, '%'.repeat(46)])('is offered to nobody who guesses: %j', async (guess) => {
    expect(await offerOf(guess)).toBeNull();
  });
});

describe('the lists', () => {
  const list = (state: string | null) => `query { currentTenant { invitations(first: 200 ${state === null ? '' : `, state: ${state}`}) { nodes { email state } totalCount } } }`;

  it('show every invitation under its state, the latest first', async () => {
    clock.advanceSeconds(8 * 86_400);
    admin = await graph.signIn('boss', { password: testPassword });
    await invite(graph, admin, { email: 'fresh@kith.example' });
    const all = (await graph.ask(list(null), {}, { token: admin })).data.currentTenant.invitations;
    expect(all.nodes[0]).toEqual({ email: 'fresh@kith.example', state: 'OPEN' });
    expect(all.totalCount).toBe(all.nodes.length);
    for (const state of ['OPEN', 'EXPIRED', 'ACCEPTED', 'REVOKED']) {
      const some = (await graph.ask(list(state), {}, { token: admin })).data.currentTenant.invitations;
      expect(some.nodes).toEqual(all.nodes.filter((node: { state: string }) => node.state === state));
      expect(some.totalCount).toBe(some.nodes.length);
    }
    expect(new Set(all.nodes.map(({ state }: { state: string }) => state))).toEqual(new Set(['OPEN', 'EXPIRED', 'REVOKED']));
  });

  it('are for administrators alone', async () => {
    const query = '{ currentTenant { invitations { totalCount } } user(id: $id) { invitationsSent { nodes { email } } invitationsReceived { totalCount } } }';
    const { id } = personOf(home, 'boss');
    const seenBy = async (token: string) => (await graph.ask(`query ($id: ID!) ${query}`, { id }, { token })).data;
    const token = await graph.signIn('mod', { password: testPassword });
    expect(await seenBy(token)).toEqual({ currentTenant: { invitations: null }, user: { invitationsSent: null, invitationsReceived: null } });
    const own = await seenBy(admin);
    expect(own.user.invitationsSent.nodes.length).toBeGreaterThan(3);
    expect(own.user.invitationsReceived).toEqual({ totalCount: 0 });
    expect(JSON.stringify(own)).not.toContain('elsewhere@kith.example');
  });

  it('show a person the open invitations to their proven address, of every tenant', async () => {
    const received = async (token: string) => (await graph.ask('{ me { invitationsReceived { nodes { tenantSlug email role } totalCount } } }', {}, { token })).data.me.invitationsReceived;
    const boss = await graph.signIn('away_boss', { password: testPassword });
    await invite(graph, boss, { email: 'Member2@test.kith.test', role: 'CREATOR' });
    const token = await graph.signIn('member2', { password: testPassword });
    expect(await received(token)).toEqual({ nodes: [{ tenantSlug: 'away', email: 'Member2@test.kith.test', role: 'CREATOR' }], totalCount: 1 });
    await database.owner`update users.people set email_verified_at = null where username = 'member2'`;
    expect(await received(token)).toEqual({ nodes: [], totalCount: 0 });
    await database.owner`update users.people set email_verified_at = now() where username = 'member2'`;
    clock.advanceSeconds(7 * 86_400);
    expect(await received(await graph.signIn('member2', { password: testPassword }))).toEqual({ nodes: [], totalCount: 0 });
  });
});

describe('the limits', () => {
  it('let 50 invitations an hour out of a tenant, however many ask at once, and the next ones an hour later', async () => {
    clock.advanceSeconds(3_601);
    const crowd = await aTenant('crowd').withAdmin('host').in(database);
    const acting = services.as(crowd, personOf(crowd, 'host'));
    const outcomes = await Promise.all(Array.from({ length: 70 }, (_, index) => outcomeOf(serveInvitation(acting, { email: `guest${index}@kith.example` }))));
    expect(outcomes.filter((outcome) => outcome === 'DONE')).toHaveLength(50);
    expect(outcomes.filter((outcome) => outcome === 'TOO_MANY_REQUESTS')).toHaveLength(20);
    expect(await database.owner`select 1 from tenants.invitations where tenant_id = ${crowd.id}`).toHaveLength(50);
    clock.advanceSeconds(3_600);
    expect(await outcomeOf(serveInvitation(acting, { email: 'latecomer@kith.example' }))).toBe('DONE');
  });

  it('let five mails a day to an address, by inviting and resending alike, and leave nothing of the sixth', async () => {
    const email = 'pestered@kith.example';
    admin = await graph.signIn('boss', { password: testPassword });
    const { invitation } = await invite(graph, admin, { email });
    for (let sent = 2; sent <= 5; sent += 1) expect((await (sent % 2 === 0 ? resend(invitation.id) : invite(graph, admin, { email }))).errors).toEqual([]);
    const refused = [{ code: 'TOO_MANY_REQUESTS', path: [] }];
    expect([(await resend(invitation.id)).errors, (await invite(graph, admin, { email })).errors]).toEqual([refused, refused]);
    expect(await rowOf(invitation.id)).toMatchObject({ sent_count: 5 });
    await revoke(invitation.id);
    expect((await invite(graph, admin, { email })).errors).toEqual(refused);
    clock.advanceSeconds(86_400);
    admin = await graph.signIn('boss', { password: testPassword });
    expect((await invite(graph, admin, { email })).errors).toEqual([]);
  });

  it('hold over all tenants without telling any: the sixth is answered like the others, and not mailed', async () => {
    const email = 'wanted@kith.example';
    const tenants = await Promise.all(Array.from({ length: 6 }, (_, index) => aTenant(`suitor-${index}`).withAdmin(`suitor_${index}`).in(database)));
    for (const [index, tenant] of tenants.entries()) {
      clock.advanceSeconds(1);
      expect(await outcomeOf(serveInvitation(services.as(tenant, personOf(tenant, `suitor_${index}`)), { email }))).toBe('DONE');
    }
    // The last one's mail is handled after the others', or it waits: an invitation sent later shows that it was passed over.
    await latestMail(database, email, 5);
    const last = tenants[5];
    await eventually(
      () => database.owner`select 1 from kith.handled_events h join kith.events e on e.id = h.event_id where e.tenant_id = ${last?.id ?? ''} and h.consumer = 'tenants.mail_invitation'`,
      (rows) => rows.length === 1,
    );
    expect(await mailsTo(database, email)).toHaveLength(5);
    expect(await database.owner`select 1 from tenants.invitations where email = ${email}`).toHaveLength(6);
  });

  it('are forgotten when nothing looks at them any more', async () => {
    const count = async () => (await database.owner<{ count: number }[]>`select count(*)::int as count from tenants.invitation_requests`)[0]?.count;
    await forgetInvitationRequests(services.parts);
    expect(await count()).toBeGreaterThan(0);
    clock.advanceSeconds(86_400);
    await forgetInvitationRequests(services.parts);
    expect(await count()).toBe(0);
  });
});

describe('an accepted invitation', () => {
  it('is closed under who accepted it', async () => {
    admin = await graph.signIn('boss', { password: testPassword });
    const { invitation } = await invite(graph, admin, { email: 'stranger@test.kith.test' });
    const token = await graph.signIn('stranger', { password: testPassword });
    expect((await accept(graph, token, { id: invitation.id })).errors).toEqual([]);
    const { data } = await graph.ask(`{ currentTenant { invitations(state: ACCEPTED) { nodes { ${shownInvitation} } } } }`, {}, { token: admin });
    expect(data.currentTenant.invitations.nodes).toMatchObject([{ id: invitation.id, state: 'ACCEPTED', closedAt: clock.now().toISOString(), acceptedBy: { username: 'stranger' }, invitedBy: { username: 'boss' } }]);
    expect((await revoke(invitation.id)).errors).toEqual([{ code: 'INVITATION_UNKNOWN', path: ['input', 'id'] }]);
  });
});
