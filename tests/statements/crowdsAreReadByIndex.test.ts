import type { Statement } from '@kith/drizzle/connection.ts';
import { Connection } from '@kith/drizzle/connection.ts';
import type { PageRequest } from '@kith/kernel/page.ts';
import { directoryCounts, directoryPage } from '@kith/users/stores/directory.ts';
import type { DirectoryVariant } from '@kith/users/stores/directory.ts';
import { relationshipsWith } from '@kith/users/stores/follows.ts';
import { peopleById } from '@kith/users/stores/people.ts';
import { peopleCounts, peoplePages } from '@kith/users/stores/peopleLists.ts';
import { onlineCounts, onlinePage, presencesOfPeople } from '@kith/users/stores/presences.ts';
import type postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { crowdAdmin, crowdedTenantSize, crowdMember, crowdSize, makeCrowd, rareWord } from '../harness/crowdedDatabase.ts';
import type { SentStatement } from '../harness/statementCounter.ts';
import type { TestDatabase } from '../harness/testDatabase.ts';
import { testDatabase } from '../harness/testDatabase.ts';
import type { PlanNode, PlanScope } from './planNodes.ts';
import { planOf } from './planNodes.ts';

const first: PageRequest<unknown> = { size: 20, direction: 'forward', cursor: null };
const deep: PageRequest<unknown> = { ...first, cursor: ['there is one'] };
const everything = { text: '', pattern: null, role: null, status: null, verified: '{false,true}' };
const looking = (text: string) => ({ ...everything, text, pattern: `%${text}%` });

/** What is asked of the directory, and the most rows PostgreSQL may look at for it, for a page and for its count. */
const searches: Record<string, { variant: DirectoryVariant; values: object; pageMax: number; countMax: number }> = {
  everybody: { variant: 'listed', values: everything, pageMax: 200, countMax: 12_000 },
  'who is not verified': { variant: 'listed', values: { ...everything, verified: '{false}' }, pageMax: 200, countMax: 12_000 },
  'a role that one person has': { variant: 'listed', values: { ...everything, role: 'ADMIN' }, pageMax: 12_000, countMax: 12_000 },
  'a status that nobody has': { variant: 'everyone', values: { ...everything, status: 'BANNED' }, pageMax: 12_000, countMax: 12_000 },
  'a rare word': { variant: 'listed text', values: looking(rareWord), pageMax: 1_200, countMax: 500 },
  'a rare word, by an administrator': { variant: 'everyone text', values: looking(rareWord), pageMax: 1_200, countMax: 500 },
  'one name': { variant: 'listed text', values: looking('crowd_54320'), pageMax: 200, countMax: 100 },
  'what nobody is called': { variant: 'listed text', values: looking('zzzzqq'), pageMax: 0, countMax: 0 },
  'a word that all have': { variant: 'listed text', values: looking('somebody'), pageMax: 12_000, countMax: 12_000 },
  'two letters that all have': { variant: 'listed letters', values: looking('so'), pageMax: 12_000, countMax: 12_000 },
  'two letters that nobody has': { variant: 'listed letters', values: looking('qz'), pageMax: 12_000, countMax: 12_000 },
};

describe(`among ${crowdSize} people, in a tenant of ${crowdedTenantSize}`, () => {
  let database: TestDatabase;
  let connection: Connection;
  let member: PlanScope;
  let adminId: string;
  let someIds: string[];
  const sent: SentStatement[] = [];

  beforeAll(async () => {
    database = await testDatabase('migrated');
    await makeCrowd(database);
    connection = new Connection({ url: database.url, applicationName: 'kith-tests', statementTimeoutMs: 60_000, onSent: (text, parameters) => sent.push({ text, parameters: [...parameters] }) });
    member = await scopeOf(crowdMember);
    adminId = (await scopeOf(crowdAdmin)).userId;
    const some = await database.owner<{ id: string }[]>`select user_id as id from users.directory_entries where tenant_id = ${member.tenantId} limit 20`;
    someIds = some.map(({ id }) => id);
  }, 120_000);
  afterAll(async () => {
    await connection.close(1);
    await database.drop();
  });

  const scopeOf = async (username: string): Promise<PlanScope> => {
    const [found] = await database.owner<PlanScope[]>`select p.id as "userId", d.tenant_id as "tenantId" from users.people p join users.directory_entries d on d.user_id = p.id where p.username = ${username}`;
    if (found === undefined) throw new Error(`${username} is not there`);
    return found;
  };
  /** The text and the values a statement is sent with. */
  const asSent = async (statement: Statement<unknown>, values: object): Promise<SentStatement> => {
    sent.length = 0;
    await connection.execute(statement, { ...values });
    const call = sent.at(-1);
    if (call === undefined) throw new Error(`${statement.name} was not sent`);
    return call;
  };
  const takenBack = new Error('taken back');
  const plans = async (statement: SentStatement, before: (tx: postgres.TransactionSql) => Promise<unknown> = async () => {}): Promise<Record<'run' | 'generic', PlanNode[]>> => {
    const found: Record<'run' | 'generic', PlanNode[]> = { run: [], generic: [] };
    await database.owner
      .begin(async (tx) => {
        await before(tx);
        for (const kind of ['run', 'generic'] as const) found[kind] = await planOf(tx, statement, member, kind);
        throw takenBack;
      })
      .catch((error: unknown) => {
        if (error !== takenBack) throw error;
      });
    return found;
  };
  const scanned = (nodes: readonly PlanNode[]): string[] => nodes.flatMap(({ type, relation }) => (type === 'Seq Scan' && relation !== null ? [relation] : []));
  const rowsRead = (nodes: readonly PlanNode[]): number => nodes.filter(({ relation }) => relation !== null).reduce((sum, node) => sum + node.rowsRead, 0);
  const indexesOf = (nodes: readonly PlanNode[]): string[] => nodes.flatMap(({ index }) => (index === null ? [] : [index]));
  const expectFew = async (statement: SentStatement, rowsMax: number): Promise<void> => {
    const { run, generic } = await plans(statement);
    expect(scanned(run)).toEqual([]);
    expect(scanned(generic)).toEqual([]);
    expect(rowsRead(run)).toBeLessThanOrEqual(rowsMax);
  };

  test.each(Object.entries(searches))('looking for %s reads no table from end to end, and few rows', async (_, { variant, values, pageMax, countMax }) => {
    await expectFew(await asSent(directoryPage(first, variant), values), pageMax);
    await expectFew(await asSent(directoryCounts[variant], values), countMax);
  });

  test('a page deep in the directory costs no more than its first one', async () => {
    const cursor = { cursor0: false, cursor1: 250, cursor2: adminId };
    await expectFew(await asSent(directoryPage(deep, 'listed'), { ...everything, ...cursor }), 200);
  });

  test.each([rareWord, 'crowd_54320', 'somebody'])('%s is looked up in the index of texts, whatever the values the plan was made for', async (text) => {
    const { run, generic } = await plans(await asSent(directoryPage(first, 'listed text'), looking(text)));
    expect(indexesOf(run)).toContain('directory_entries_search');
    expect(indexesOf(generic)).toContain('directory_entries_search');
  });

  test('without that index a search reads all of the tenant, which is seen', async () => {
    const statement = await asSent(directoryCounts['listed text'], looking(rareWord));
    expect(rowsRead((await plans(statement)).run)).toBeLessThan(500);
    const { run } = await plans(statement, (tx) => tx`drop index users.directory_entries_search`);
    expect(rowsRead(run)).toBeGreaterThanOrEqual(crowdedTenantSize);
  });

  test('under the policy of the table alone no index on the text serves, which is why there is a view', async () => {
    const statement = await asSent(directoryCounts['everyone text'], looking(rareWord));
    const past = { ...statement, text: statement.text.replaceAll('"users"."directory"', '"users"."directory_entries"').replaceAll('"directory"', '"directory_entries"') };
    expect(rowsRead((await plans(past)).run)).toBeGreaterThanOrEqual(crowdedTenantSize);
  });

  test.each([
    ['followers', 1_000, 80_000],
    ['following', 1_000, 1_000],
    ['mutualFollowers', 6_000, 60_000],
    ['blockedUsers', 1_000, 1_000],
  ] as const)('%s: a page reads few rows, of somebody with 20,000 followers too', async (list, pageMax, countMax) => {
    const ids = list === 'blockedUsers' ? [member.userId] : [adminId];
    const cursor = { cursor0: new Date().toISOString(), cursor1: adminId };
    await expectFew(await asSent(peoplePages[list](first, 'listed'), { ids }), pageMax);
    await expectFew(await asSent(peoplePages[list](deep, 'listed'), { ids, ...cursor }), pageMax);
    await expectFew(await asSent(peopleCounts[list].listed, { ids }), countMax);
  });

  test('without its index a page of followers reads all of them, which is seen', async () => {
    const statement = await asSent(peoplePages.followers(first, 'listed'), { ids: [adminId] });
    const { run } = await plans(statement, (tx) => tx`drop index users.follows_of_followed`);
    expect(rowsRead(run)).toBeGreaterThan(20_000);
  });

  test('who is online, how people stand to each other and when they were seen is read by index', async () => {
    const since = new Date(Date.now() - 120_000).toISOString();
    const { tenantId, userId: viewerId } = member;
    await expectFew(await asSent(onlinePage(first, 'listed'), { tenantId, since }), 1_000);
    await expectFew(await asSent(onlineCounts.listed, { tenantId, since }), 5_000);
    await expectFew(await asSent(relationshipsWith, { ids: someIds, viewerId }), 1_000);
    await expectFew(await asSent(presencesOfPeople, { ids: someIds, tenantId }), 100);
    await expectFew(await asSent(peopleById, { ids: someIds, tenantId }), 1_000);
  });
});
