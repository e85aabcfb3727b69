import { usernamesFor } from '@kith/users/domain/username.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TestGraph } from '../harness/graph.ts';
import { startGraph } from '../harness/graph.ts';
import { generousLimits, goodPassword, register } from '../harness/registration.ts';
import type { TestDatabase } from '../harness/testDatabase.ts';
import { testDatabase } from '../harness/testDatabase.ts';
import { aTenant, testPassword } from '../harness/world.ts';

let database: TestDatabase;
let graph: TestGraph;
/** Another process on the same database. */
let other: TestGraph;

beforeAll(async () => {
  database = await testDatabase('migrated');
  graph = await startGraph(database.url, { environment: generousLimits });
  other = await startGraph(database.url, { environment: generousLimits });
});
afterAll(async () => {
  await Promise.all([graph.stop(), other.stop()]);
  await database.drop();
});

const outcome = ({ errors }: { errors: readonly { code: string }[] }): string => errors[0]?.code ?? 'REGISTERED';
const codeOf = async (input: object): Promise<string> => outcome(await register(graph, input));
const peopleWith = (email: string) => database.owner`select id, username, status from users.people where email_canonical = ${email}`;

describe('registering', () => {
  it('writes person, profile, preferences, credential and event together', async () => {
    const { user, errors } = await register(graph, { email: 'Whole@kith.example', displayName: 'Whole Person', locale: 'pt-br', referralCode: 'ada-1' });
    expect(errors).toEqual([]);
    const [row] = await database.owner`
      select p.email, p.email_canonical, p.username, p.status, p.email_verified_at, f.display_name, r.locale, c.password_hash, e.payload, e.request_id
      from users.people p join users.profiles f on f.user_id = p.id join users.preferences r on r.user_id = p.id
      join sessions.credentials c on c.user_id = p.id join kith.events e on e.user_id = p.id and e.name = 'user.registered'
      where p.id = ${user.id}`;
    expect(row).toMatchObject({
      email: 'Whole@kith.example',
      email_canonical: 'whole@kith.example',
      username: 'whole',
      status: 'PENDING_VERIFICATION',
      email_verified_at: null,
      display_name: 'Whole Person',
      locale: 'pt-BR',
      password_hash: expect.stringMatching(/^\$argon2id\$/),
      payload: { referralCode: 'ada-1' },
    });
  });

  it('leaves nothing behind when its last step fails', async () => {
    await database.owner.unsafe(`
      create function kith.fail() returns trigger language plpgsql as $$ begin raise exception 'no event today'; end $$;
      create trigger fail before insert on kith.events for each row execute function kith.fail()`);
    await expect(register(graph, { email: 'half@kith.example' })).rejects.toThrow('INTERNAL');
    await database.owner.unsafe('drop trigger fail on kith.events');
    expect(await peopleWith('half@kith.example')).toEqual([]);
    expect(await codeOf({ email: 'half@kith.example' })).toBe('REGISTERED');
  });

  it('shows the new person whole to whoever registered them, though nobody is signed in, and to nobody afterwards', async () => {
    const { user } = await register(graph, { email: 'seen@kith.example' });
    expect(user).toMatchObject({
      email: 'seen@kith.example',
      status: 'PENDING_VERIFICATION',
      verified: false,
      version: 1,
      statusReason: null,
      suspendedUntil: null,
      profile: { displayName: null, completeness: 20, isComplete: false },
      preferences: { locale: 'en', timeZone: 'UTC', colorScheme: 'SYSTEM' },
    });
    const { data } = await graph.ask('query ($id: ID!) { user(id: $id) { email } }', { id: user.id });
    expect(data.user).toBeNull();
  });

  it('shows the new person whole to somebody else who registers them, and the registered person no more of that one', async () => {
    await aTenant('elsewhere').withMember('registrar').in(database);
    const token = await graph.signIn('registrar', { password: testPassword });
    const { user } = await register(graph, { email: 'guest@kith.example' }, { token });
    expect(user).toMatchObject({ email: 'guest@kith.example', status: 'PENDING_VERIFICATION', preferences: { locale: 'en' } });
    const { data } = await graph.ask('query ($id: ID!) { user(id: $id) { email } }', { id: user.id }, { token });
    expect(data.user).toBeNull();
  });

  it('lets the person sign in at once, by address and by username', async () => {
    const { user } = await register(graph, { email: 'at.once@kith.example' });
    for (const login of ['At.Once@kith.example', user.username]) {
      const token = await graph.signIn(login, { password: goodPassword });
      expect((await graph.ask('{ me { id status } }', {}, { token })).data.me).toEqual({ id: user.id, status: 'PENDING_VERIFICATION' });
    }
  });

  it('wants the terms agreed to', async () => {
    const { user, errors } = await register(graph, { email: 'no.terms@kith.example', agreeToTerms: false });
    expect(user).toBeNull();
    expect(errors).toEqual([{ code: 'TERMS_NOT_AGREED', message: expect.any(String), path: ['input', 'agreeToTerms'] }]);
  });
});

describe('what a registration may hold', () => {
  const domain = (length: number) => `${'d'.repeat(63)}.${'e'.repeat(63)}.${'f'.repeat(63)}.${'g'.repeat(length - 195)}.org`;
  it.each([
    ['a plain address', { email: 'plain@limits.example' }, 'REGISTERED'],
    ['an address of 255 characters', { email: `a@${domain(253 - 1)}` }, 'REGISTERED'],
    ['an address of 256 characters', { email: `a@${domain(254)}` }, 'EMAIL_INVALID'],
    ['an address without a domain', { email: 'nobody@' }, 'EMAIL_INVALID'],
    ['an address without an @', { email: 'nobody.limits.example' }, 'EMAIL_INVALID'],
    ['an address with two @', { email: 'a@b@limits.example' }, 'EMAIL_INVALID'],
    ['an address with a space inside', { email: 'no body@limits.example' }, 'EMAIL_INVALID'],
    ['an address with a line break', { email: 'nobody@limits.example\nBcc: all@limits.example' }, 'EMAIL_INVALID'],
    ['an empty address', { email: '' }, 'EMAIL_INVALID'],
    ['a username of 3 characters', { email: 'u3@limits.example', username: 'abc' }, 'REGISTERED'],
    ['a username of 2 characters', { email: 'u2@limits.example', username: 'ab' }, 'USERNAME_INVALID'],
    ['a username of 50 characters', { email: 'u50@limits.example', username: 'u'.repeat(50) }, 'REGISTERED'],
    ['a username of 51 characters', { email: 'u51@limits.example', username: 'u'.repeat(51) }, 'USERNAME_INVALID'],
    ['a username with every kind of sign', { email: 'u_all@limits.example', username: 'Az_09' }, 'REGISTERED'],
    ['a username with a dash', { email: 'dash@limits.example', username: 'a-b-c' }, 'USERNAME_INVALID'],
    ['a username with an @', { email: 'at@limits.example', username: 'me@home' }, 'USERNAME_INVALID'],
    ['a username with a letter of another alphabet', { email: 'cyr@limits.example', username: 'аdmin' }, 'USERNAME_INVALID'],
    ['an empty username', { email: 'empty@limits.example', username: '' }, 'USERNAME_INVALID'],
    ['a display name of 1 character', { email: 'd1@limits.example', displayName: '李' }, 'REGISTERED'],
    ['a display name of 100 characters outside the basic plane', { email: 'd100@limits.example', displayName: '𝄞'.repeat(100) }, 'REGISTERED'],
    ['a display name of 101 characters', { email: 'd101@limits.example', displayName: 'x'.repeat(101) }, 'DISPLAY_NAME_INVALID'],
    ['a display name of spaces', { email: 'spaces@limits.example', displayName: '   ' }, 'DISPLAY_NAME_INVALID'],
    ['a password of 12 characters that is hard to guess', { email: 'p12@limits.example', password: 'qL7#vR2!xZ9$' }, 'REGISTERED'],
    ['a password of 11 characters', { email: 'p11@limits.example', password: 'qL7#vR2!xZ9' }, 'PASSWORD_TOO_WEAK'],
    ['a password of 129 characters', { email: 'p129@limits.example', password: `${goodPassword}${'kE4~'.repeat(40)}`.slice(0, 129) }, 'PASSWORD_TOO_WEAK'],
    ['a common password', { email: 'pc@limits.example', password: 'Password1234!' }, 'PASSWORD_TOO_WEAK'],
    ['a password that holds the address', { email: 'margrethe@limits.example', password: 'Margrethe-57-lantern' }, 'PASSWORD_TOO_WEAK'],
    ['a password that holds the username', { email: 'pu@limits.example', username: 'lighthouse_9', password: 'Lighthouse_9-orbits' }, 'PASSWORD_TOO_WEAK'],
    ['a password that holds the display name', { email: 'pd@limits.example', displayName: 'Wilhelmina Ostrander', password: 'Ostrander-57-lantern' }, 'PASSWORD_TOO_WEAK'],
    ['a locale that is none', { email: 'loc@limits.example', locale: 'not a locale!' }, 'REGISTERED'],
  ])('%s', async (_, input, expected) => {
    expect(await codeOf(input)).toBe(expected);
  });

  it('says of a weak password what would help, and where it stands', async () => {
    const { errors } = await register(graph, { email: 'weak@limits.example', password: 'short' });
    expect(errors).toEqual([{ code: 'PASSWORD_TOO_WEAK', message: expect.stringContaining('at least 12 characters'), path: ['input', 'password'] }]);
  });

  it.each([
    ['capitals', 'TWICE@kith.example'],
    ['spaces around it', '  twice@kith.example '],
    ['full-width letters', 'ｔｗｉｃｅ@kith.example'],
  ])('one address is one person, whatever it is written with: %s', async (_, email) => {
    if ((await peopleWith('twice@kith.example')).length === 0) await register(graph, { email: 'twice@kith.example' });
    const { user, errors } = await register(graph, { email });
    expect(user).toBeNull();
    expect(errors).toEqual([{ code: 'EMAIL_TAKEN', message: expect.any(String), path: ['input', 'email'] }]);
    expect(await peopleWith('twice@kith.example')).toHaveLength(1);
  });

  it('one name is one person, whatever it is written with', async () => {
    expect(await codeOf({ email: 'name1@kith.example', username: 'OnlyOne' })).toBe('REGISTERED');
    expect(await codeOf({ email: 'name2@kith.example', username: 'onlyone' })).toBe('USERNAME_TAKEN');
    expect(await codeOf({ email: 'name3@kith.example', username: 'ＯｎｌｙＯｎｅ' })).toBe('USERNAME_TAKEN');
  });
});

describe('a name for whoever chose none', () => {
  it('comes from the address, with 4 more characters when it is taken', async () => {
    const first = await register(graph, { email: 'Mary.Ann+news@one.example' });
    const second = await register(graph, { email: 'mary.ann+news@two.example' });
    expect(first.user.username).toBe('mary_ann_news');
    expect(second.user.username).toMatch(/^mary_ann_news_[a-z0-9]{4}$/);
  });

  it.each([
    ['a@x.org', 'a__'],
    ['+@x.org', 'person'],
    [`${'l'.repeat(64)}@x.org`, 'l'.repeat(50)],
  ])('is a username even when it is made from %s', (email, expected) => {
    const names = usernamesFor(email, () => 0).map(({ shown }) => shown);
    expect(names[0]).toBe(expected);
    expect(names.every((name) => /^[A-Za-z0-9_]{3,50}$/.test(name))).toBe(true);
  });

  it('is looked for 5 times', async () => {
    expect(usernamesFor('mary@x.org', () => 0)).toHaveLength(5);
    // Every name is taken, since an owner's rule says so of all.
    await database.owner.unsafe(`
      create function users.all_taken() returns trigger language plpgsql as $$ begin
        raise exception 'taken' using errcode = 'unique_violation', constraint = 'people_username_taken'; end $$;
      create trigger all_taken before insert on users.people for each row execute function users.all_taken()`);
    graph.statements.reset();
    expect(await codeOf({ email: 'unlucky@kith.example' })).toBe('USERNAME_TAKEN');
    await database.owner.unsafe('drop trigger all_taken on users.people');
    expect(graph.statements.sent.filter((text) => text.startsWith('insert into "users"."people"'))).toHaveLength(5);
  });
});

describe('at the same time', () => {
  it('two processes that register one address make exactly one person', async () => {
    for (const round of [1, 2, 3, 4, 5]) {
      const email = `race${round}@kith.example`;
      const answers = await Promise.all([graph, other, graph, other].map((process, index) => register(process, { email, username: `racer_${round}_${index}` })));
      expect(answers.map(outcome).toSorted()).toEqual(['EMAIL_TAKEN', 'EMAIL_TAKEN', 'EMAIL_TAKEN', 'REGISTERED']);
      expect(await peopleWith(email)).toHaveLength(1);
    }
  });

  it('two processes that register one username make exactly one person', async () => {
    const answers = await Promise.all([graph, other].map((process, index) => register(process, { email: `same${index}@kith.example`, username: 'same_name' })));
    expect(answers.map(outcome).toSorted()).toEqual(['REGISTERED', 'USERNAME_TAKEN']);
  });

  it('without the unique constraint there would be two', async () => {
    const weakened = await testDatabase('migrated');
    await weakened.owner`alter table users.people drop constraint people_email_taken`;
    const graphs = await Promise.all([startGraph(weakened.url, { environment: generousLimits }), startGraph(weakened.url, { environment: generousLimits })]);
    await Promise.all(graphs.map((process, index) => register(process, { email: 'race@kith.example', username: `racer_${index}` })));
    expect(await weakened.owner`select id from users.people where email_canonical = 'race@kith.example'`).toHaveLength(2);
    await Promise.all(graphs.map((process) => process.stop()));
    await weakened.drop();
  });
});

describe('registering in a tenant', () => {
  beforeAll(async () => {
    for (const [slug, settings] of [['open', {}], ['closed', { signUp: 'CLOSED' }], ['invited', { signUp: 'INVITE' }], ['strange', { signUp: 'whatever' }]] as const) {
      const { id } = await aTenant(slug).withMember(`founder_of_${slug}`).in(database);
      await database.owner`insert into tenants.settings (tenant_id, settings, updated_at) values (${id}, ${database.owner.json(settings)}, now())`;
    }
    await aTenant('plain').withMember('founder_of_plain').in(database);
    await aTenant('halted').withMember('founder_of_halted').in(database);
    await database.owner`update tenants.tenants set status = 'SUSPENDED' where slug = 'halted'`;
  });

  it.each(['open', 'plain', ' OPEN '])('makes a member of %s, found in its directory once verified', async (tenant) => {
    const email = `member-${tenant.trim().toLowerCase()}-${tenant.length}@kith.example`;
    const { user, errors } = await register(graph, { email, tenant });
    expect(errors).toEqual([]);
    const [row] = await database.owner`
      select m.role, d.listed, d.role as "directoryRole", e.tenant_id = m.tenant_id as "eventInTenant"
      from tenants.memberships m join users.directory_entries d on d.tenant_id = m.tenant_id and d.user_id = m.user_id
      join kith.events e on e.user_id = m.user_id and e.name = 'user.registered' where m.user_id = ${user.id}`;
    expect(row).toEqual({ role: 'USER', listed: false, directoryRole: 'USER', eventInTenant: true });
  });

  it.each([
    ['closed', 'SIGN_UP_CLOSED'],
    ['invited', 'SIGN_UP_CLOSED'],
    ['strange', 'SIGN_UP_CLOSED'],
    ['halted', 'TENANT_UNKNOWN'],
    ['nowhere', 'TENANT_UNKNOWN'],
    ['', 'TENANT_UNKNOWN'],
  ])('is refused by "%s" with %s, and leaves nothing', async (tenant, code) => {
    const { user, errors } = await register(graph, { email: `to_${tenant}@refused.example`, tenant });
    expect(user).toBeNull();
    expect(errors).toEqual([{ code, message: expect.any(String), path: ['input', 'tenant'] }]);
    expect(await peopleWith(`to_${tenant}@refused.example`)).toEqual([]);
  });
});
