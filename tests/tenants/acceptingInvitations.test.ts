import { acceptInvitation } from '@kith/tenants/services/acceptingInvitation.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../harness/eventually.ts';
import type { TestGraph } from '../harness/graph.ts';
import { startGraph } from '../harness/graph.ts';
import { mailsTo } from '../harness/mailbox.ts';
import { generousLimits, goodPassword, register } from '../harness/registration.ts';
import { testClock } from '../harness/testClock.ts';
import type { TestDatabase } from '../harness/testDatabase.ts';
import { testDatabase } from '../harness/testDatabase.ts';
import type { TestTenant } from '../harness/world.ts';
import { aTenant, testPassword } from '../harness/world.ts';
import type { TestServices } from './memberActs.ts';
import { accept, invite, mailedToken, outcomeOf, personOf, rolesIn, tenantServices, topLevelCode } from './memberActs.ts';

const clock = testClock();
const times = 100;
let database: TestDatabase;
let graph: TestGraph;
let services: TestServices;
let home: TestTenant;
let outside: TestTenant;
let admin: string;

beforeAll(async () => {
  database = await testDatabase('migrated');
  home = await aTenant('home').withAdmin('boss').withMember('insider').in(database);
  outside = await aTenant('outside').withAdmin('outside_boss').withMembers(12, 'outsider').in(database);
  await database.owner`insert into tenants.settings (tenant_id, settings, updated_at) values (${home.id}, '{"signUp": "CLOSED", "hideRegisteredPeople": true}', now())`;
  graph = await startGraph(database.url, { clock, environment: generousLimits });
  services = tenantServices(database, clock);
  admin = await graph.signIn('boss', { password: testPassword });
});
afterAll(async () => {
  await services.close();
  await graph.stop();
  await database.drop();
});

const outsider = (number: number) => personOf(outside, `outsider${number}`);
/** Invites an address and answers the invitation's id and the token out of the mail. */
async function invited(email: string, role = 'USER'): Promise<{ id: string; token: string }> {
  const { invitation, errors } = await invite(graph, admin, { email, role });
  if (invitation === null) throw new Error(`not invited: ${JSON.stringify(errors)}`);
  return { id: invitation.id, token: await mailedToken(database, email) };
}
const signedIn = (username: string) => graph.signIn(username, { password: testPassword });
const invalid = { membership: null, errors: [{ code: 'INVITATION_INVALID', path: ['input'] }] };

describe('somebody with an account', () => {
  it('accepts by the token of the mail, and has the role it names, in the tenant and its directory', async () => {
    const { id, email } = outsider(1);
    const invitation = await invited(email, 'CREATOR');
    const token = await signedIn('outsider1');
    const { membership, errors } = await accept(graph, token, { token: invitation.token });
    expect(errors).toEqual([]);
    expect(membership).toEqual({ id: expect.any(String), role: 'CREATOR', tenant: { slug: 'home' }, viewerCan: { changeRole: false, remove: false } });
    expect(await database.owner`select role from users.directory_entries where tenant_id = ${home.id} and user_id = ${id}`).toEqual([{ role: 'CREATOR' }]);
    expect(await database.owner`select name, user_id, payload from kith.events where tenant_id = ${home.id} and payload ->> 'invitationId' = ${invitation.id} and name <> 'tenant.member_invited' order by name`).toEqual([
      { name: 'tenant.invitation_accepted', user_id: personOf(home, 'boss').id, payload: { invitationId: invitation.id, acceptedById: id } },
      { name: 'tenant.member_joined', user_id: id, payload: { membershipId: membership.id, role: 'CREATOR', invitationId: invitation.id } },
    ]);
    expect(await database.owner`select tenant_id, actor_id, after from tenants.audit_entries where action = 'invitation.accept' and target_id = ${invitation.id}`).toEqual([
      { tenant_id: home.id, actor_id: id, after: { membershipId: membership.id, role: 'CREATOR' } },
    ]);
    expect(await database.owner`select from_role, to_role, changed_by from tenants.role_changes where membership_id = ${membership.id}`).toEqual([{ from_role: null, to_role: 'CREATOR', changed_by: personOf(home, 'boss').id }]);
  });

  it('acts in the tenant from the next sign-in on, and plays there', async () => {
    const token = await graph.signIn('outsider1', { password: testPassword, tenant: 'home' });
    const { data } = await eventually(
      () => graph.ask('{ currentTenant { slug } me { membership { role } player { level } } }', {}, { token }),
      (answer) => answer.data.me.player !== null,
    );
    expect(data).toEqual({ currentTenant: { slug: 'home' }, me: { membership: { role: 'CREATOR' }, player: { level: 1 } } });
  });

  it('is shown to administrators, and to nobody else, with the invitation they joined by', async () => {
    const query = '{ userByUsername(username: "outsider1") { membership { invitation { email state } } } }';
    const seenBy = async (token: string) => (await graph.ask(query, {}, { token })).data.userByUsername.membership.invitation;
    expect(await seenBy(admin)).toEqual({ email: outsider(1).email, state: 'ACCEPTED' });
    expect(await seenBy(await signedIn('insider'))).toBeNull();
  });

  it('accepts by the id, once their address is proven', async () => {
    const { id } = await invited(outsider(2).email);
    const token = await signedIn('outsider2');
    await database.owner`update users.people set email_verified_at = null where id = ${outsider(2).id}`;
    expect(await accept(graph, token, { id })).toEqual(invalid);
    await database.owner`update users.people set email_verified_at = now() where id = ${outsider(2).id}`;
    expect((await accept(graph, token, { id })).errors).toEqual([]);
  });

  it('accepts by the token whatever the address is proven by: who has the token reads its mail', async () => {
    const { token } = await invited(outsider(3).email);
    await database.owner`update users.people set email_verified_at = null where id = ${outsider(3).id}`;
    expect((await accept(graph, await signedIn('outsider3'), { token })).errors).toEqual([]);
  });

  it('is answered alike about what is unknown, used, withdrawn, somebody else\'s, or of a suspended tenant', async () => {
    const token = await signedIn('outsider4');
    const foreign = await invited(outsider(5).email);
    const own = await invited(outsider(4).email);
    for (const input of [{ token: `ki_${'A'.repeat(43)}` }, { token: 'nonsense' }, { id: '01890000-0000-7000-8000-000000000000' }, { id: 'nonsense' }, { token: foreign.token }, { id: foreign.id }]) {
      expect(await accept(graph, token, input)).toEqual(invalid);
    }
    await database.owner`update tenants.tenants set status = 'SUSPENDED' where id = ${home.id}`;
    expect(await accept(graph, token, { token: own.token })).toEqual(invalid);
    await database.owner`update tenants.tenants set status = 'ACTIVE' where id = ${home.id}`;
    await database.owner`update tenants.invitations set revoked_at = now(), token_hash = null where id = ${own.id}`;
    for (const input of [{ token: own.token }, { id: own.id }]) expect(await accept(graph, token, input)).toEqual(invalid);
    expect((await rolesIn(database, home))['outsider4']).toBeUndefined();
  });

  it('cannot use one twice', async () => {
    const { id, token: mailed } = await invited(outsider(6).email);
    const token = await signedIn('outsider6');
    expect((await accept(graph, token, { token: mailed })).errors).toEqual([]);
    for (const input of [{ token: mailed }, { id }]) expect(await accept(graph, token, input)).toEqual(invalid);
  });

  it('learns that the time is over, and somebody else does not', async () => {
    const { id, token: mailed } = await invited(outsider(7).email);
    clock.advanceSeconds(7 * 86_400);
    admin = await signedIn('boss');
    const expired = { membership: null, errors: [{ code: 'INVITATION_EXPIRED', path: ['input'] }] };
    for (const input of [{ token: mailed }, { id }]) {
      expect(await accept(graph, await signedIn('outsider7'), input)).toEqual(expired);
      expect(await accept(graph, await signedIn('outsider8'), input)).toEqual(invalid);
    }
  });

  it('who belongs to the tenant already is told so', async () => {
    const { token: mailed } = await invited(outsider(9).email);
    await database.owner`insert into tenants.memberships (id, tenant_id, user_id, role, joined_at) values (gen_random_uuid(), ${home.id}, ${outsider(9).id}, 'GUEST', now())`;
    expect((await accept(graph, await signedIn('outsider9'), { token: mailed })).errors).toEqual([{ code: 'ALREADY_MEMBER', path: ['input'] }]);
    expect((await rolesIn(database, home))['outsider9']).toBe('GUEST');
  });

  it('gives the token or the id, and is signed in', async () => {
    const token = await signedIn('outsider8');
    for (const input of [{}, { token: 'a', id: 'b' }]) expect(await topLevelCode(accept(graph, token, input))).toBe('BAD_REQUEST');
    expect(await topLevelCode(accept(graph, undefined, { token: 'a' }))).toBe('UNAUTHENTICATED');
  });

  it(`accepts once, whatever they try ${times} times at once`, async () => {
    const { id, token } = await invited(outsider(10).email);
    const acting = services.as(outside, outsider(10), 'USER');
    const outcomes = await Promise.all(Array.from({ length: times }, (_, index) => outcomeOf(acceptInvitation(acting, index % 2 === 0 ? { token } : { id }))));
    expect(outcomes.filter((outcome) => outcome === 'DONE')).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome === 'INVITATION_INVALID')).toHaveLength(times - 1);
    expect(await database.owner`select 1 from tenants.memberships where tenant_id = ${home.id} and user_id = ${outsider(10).id}`).toHaveLength(1);
    expect(await database.owner`select 1 from kith.events where name = 'tenant.member_joined' and user_id = ${outsider(10).id}`).toHaveLength(1);
  });

  it(`is the only one of several people to accept it, ${times} times at once`, async () => {
    const { token } = await invited(outsider(11).email);
    const people = Array.from({ length: 12 }, (_, index) => outsider(index + 1));
    const outcomes = await Promise.all(
      Array.from({ length: times }, (_, index) => {
        const person = people[index % people.length] ?? outsider(11);
        return outcomeOf(acceptInvitation(services.as(outside, person, 'USER'), { token })).then((outcome) => `${person.username} ${outcome}`);
      }),
    );
    expect(outcomes.filter((outcome) => outcome.endsWith('DONE'))).toEqual(['outsider11 DONE']);
    expect((await rolesIn(database, home))['outsider12']).toBeUndefined();
  });
});

describe('somebody new', () => {
  const input = (email: string, invitationToken: string, more: object = {}) => register(graph, { email, invitationToken, ...more });

  it('registers into a tenant that is closed to everybody else, active at once, with the role of the invitation', async () => {
    const email = 'newcomer@kith.example';
    const { id, token } = await invited(email, 'MODERATOR');
    expect((await register(graph, { email, tenant: 'home' })).errors).toMatchObject([{ code: 'SIGN_UP_CLOSED' }]);
    const { user, errors } = await input(email, token);
    expect(errors).toEqual([]);
    expect(user).toMatchObject({ email, username: 'newcomer', status: 'ACTIVE', verified: true });
    expect(await database.owner`select role, invitation_id from tenants.memberships where user_id = ${user.id}`).toEqual([{ role: 'MODERATOR', invitation_id: id }]);
    const events = await database.owner<{ name: string }[]>`select name from kith.events where (user_id = ${user.id} and tenant_id = ${home.id}) or payload ->> 'acceptedById' = ${user.id} order by 1`;
    expect(events.map(({ name }) => name)).toEqual(['tenant.invitation_accepted', 'tenant.member_joined', 'user.email_verified', 'user.registered', 'user.status_changed']);
    expect(await database.owner`select actor_id, tenant_id from tenants.audit_entries where action = 'invitation.accept' and target_id = ${id}`).toEqual([{ actor_id: user.id, tenant_id: home.id }]);
  });

  it('signs in at once, is welcomed with both rewards, and is mailed no code', async () => {
    const token = await graph.signIn('newcomer@kith.example', { password: goodPassword });
    const { data } = await eventually(
      () => graph.ask('{ currentTenant { slug } me { player { experience wallet { sparklePoints } } } }', {}, { token }),
      (answer) => answer.data.me.player?.experience === 30 && answer.data.me.player.wallet.sparklePoints === '100.0000',
    );
    expect(data.currentTenant).toEqual({ slug: 'home' });
    expect((await mailsTo(database, 'newcomer@kith.example')).map(({ template }) => template)).toEqual(['invitation']);
  });

  it.each([
    ['of another address', async () => (await invited('one@kith.example')).token],
    ['that was never given out', async () => `ki_${'A'.repeat(43)}`],
    ['that is none', async () => 'nonsense'],
    [
      'that was withdrawn',
      async () => {
        const { id, token } = await invited('other@kith.example');
        await database.owner`update tenants.invitations set revoked_at = now(), token_hash = null where id = ${id}`;
        return token;
      },
    ],
  ])('is refused with a token %s, and nothing is written', async (_, tokenOf) => {
    const { user, errors } = await input('other@kith.example', await tokenOf());
    expect([user, errors]).toEqual([null, [{ code: 'INVITATION_INVALID', message: expect.any(String), path: ['input', 'invitationToken'] }]]);
    expect(await database.owner`select 1 from users.people where email_canonical = 'other@kith.example'`).toEqual([]);
  });

  it('is refused when the time is over, and with a tenant beside the token', async () => {
    const email = 'tardy@kith.example';
    const { token } = await invited(email);
    expect(await topLevelCode(input(email, token, { tenant: 'home' }))).toBe('BAD_REQUEST');
    clock.advanceSeconds(7 * 86_400);
    admin = await signedIn('boss');
    expect((await input(email, token)).errors).toMatchObject([{ code: 'INVITATION_INVALID' }]);
    expect(await database.owner`select 1 from users.people where email_canonical = ${email}`).toEqual([]);
  });

  it('whose address has an account is told so, and the invitation stays open', async () => {
    const { id, token } = await invited(outsider(12).email);
    expect((await input(outsider(12).email, token)).errors).toMatchObject([{ code: 'EMAIL_TAKEN' }]);
    expect(await database.owner`select accepted_at from tenants.invitations where id = ${id}`).toEqual([{ accepted_at: null }]);
  });

  it('registers once, whoever registers with the token at once', async () => {
    const email = 'twins@kith.example';
    const { token } = await invited(email);
    const payloads = await Promise.all(['twin_one', 'twin_two', 'twin_three'].map((username) => input(email, token, { username })));
    expect(payloads.filter(({ user }) => user !== null)).toHaveLength(1);
    for (const { user, errors } of payloads) if (user === null) expect(['EMAIL_TAKEN', 'INVITATION_INVALID']).toContain(errors[0].code);
    expect(await database.owner`select 1 from tenants.memberships m join users.people p on p.id = m.user_id where p.email_canonical = ${email}`).toHaveLength(1);
  });

  it('and somebody who withdraws the invitation at that moment: one of the two comes first, and nobody is half there', async () => {
    for (let round = 0; round < 10; round += 1) {
      const email = `race${round}@kith.example`;
      const { id, token } = await invited(email);
      const [registered] = await Promise.all([
        input(email, token),
        graph.ask('mutation ($id: ID!) { tenantInvitationRevoke(input: { id: $id }) { errors { code } } }', { id }, { token: admin }),
      ]);
      const people = await database.owner`select p.status, m.role from users.people p left join tenants.memberships m on m.user_id = p.id where p.email_canonical = ${email}`;
      expect(people).toEqual(registered.user === null ? [] : [{ status: 'ACTIVE', role: 'USER' }]);
    }
  });
});
