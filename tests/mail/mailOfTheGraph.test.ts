import { parseConfig } from '@kith/kernel/config.ts';
import { servesMailbox } from '@kith/kernel/developerPages.ts';
import { makeLog } from '@kith/kernel/log.ts';
import { mailboxPath } from '@kith/kernel/mailbox.ts';
import { GraphRequest } from '@kith/kernel/request.ts';
import { contextHeader, signContext } from '@kith/kernel/signedContext.ts';
import { subgraphServer } from '@kith/kernel/subgraphServer.ts';
import { anonymous } from '@kith/kernel/viewer.ts';
import { usersMessages } from '@kith/users/messages.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../harness/eventually.ts';
import type { TestGraph } from '../harness/graph.ts';
import { startGraph } from '../harness/graph.ts';
import { goodPassword } from '../harness/registration.ts';
import { contextSecret, testEnvironment } from '../harness/settings.ts';
import { testClock } from '../harness/testClock.ts';
import type { TestDatabase } from '../harness/testDatabase.ts';
import { testDatabase } from '../harness/testDatabase.ts';
import type { MailRow } from './mailSetup.ts';
import { mailSetup } from './mailSetup.ts';
import { startMailServer } from './smtpDouble.ts';

const register = 'mutation ($input: UserRegisterInput!) { userRegister(input: $input) { user { id } errors { code } } }';
const input = { email: 'Nellie@kith.example', password: goodPassword, agreeToTerms: true, displayName: 'Nellie <i>Bly</i>' };

let database: TestDatabase;
let graph: TestGraph | undefined;
beforeEach(async () => {
  database = await testDatabase('migrated');
});
afterEach(async () => {
  await graph?.stop();
  graph = undefined;
  await database.drop();
});

interface Listed {
  readonly mails: { readonly id: string; readonly recipient: string; readonly keyPiece: { readonly kind: string; readonly value: string } | null }[];
}
const mailsRows = (): Promise<MailRow[]> =>
  database.owner.begin(async (tx) => {
    await tx`set local role kith_keeper`;
    return tx<MailRow[]>`select id, recipient, state, text_body, html_body, failure, turn_at from users.mails`;
  });

describe.each(['together', 'apart'] as const)('the graph, %s, without a mail server', (topology) => {
  it('shows the code somebody registered with in its mailbox, and the code is right', async () => {
    graph = await startGraph(database.url, { topology });
    const { url } = graph;
    expect((await graph.ask(register, { input })).data.userRegister.errors).toEqual([]);
    const look = async (): Promise<Listed> => (await (await fetch(`${url}/mailbox/mails`)).json()) as Listed; // checked below
    const { mails } = await eventually(look, (seen) => seen.mails.length === 1);
    const [mail] = mails;
    expect(mail).toMatchObject({ recipient: input.email, keyPiece: { kind: 'code' } });
    const page = await fetch(`${url}/mailbox/mails/${mail?.id}/page`);
    expect(await page.text()).toContain('Hello Nellie &lt;i&gt;Bly&lt;/i&gt;,');
    expect(page.headers.get('content-security-policy')).toContain('sandbox');
    const { data } = await graph.ask('mutation ($input: UserEmailVerifyInput!) { userEmailVerify(input: $input) { verified errors { code } } }', { input: { email: input.email, code: mail?.keyPiece?.value } });
    expect(data.userEmailVerify).toEqual({ verified: true, errors: [] });
  });
});

describe('the graph with a mail server', () => {
  it.each(['together', 'apart'] as const)('sends the code, %s, and has no mailbox', async (topology) => {
    const server = await startMailServer();
    try {
      graph = await startGraph(database.url, { topology, environment: { SMTP_URL: server.url, MAIL_FROM: 'Kith <no-reply@kith.example>' } });
      await graph.ask(register, { input });
      const [mail] = await eventually(() => server.taken, (taken) => taken.length === 1);
      expect(mail?.to).toEqual([input.email]);
      expect((await fetch(`${graph.url}/mailbox/mails`)).status).toBe(404);
      expect((await fetch(`${graph.url}/mailbox`)).status).toBe(404);
    } finally {
      await server.stop();
    }
  });

  it('registers people although the server is away', async () => {
    graph = await startGraph(database.url, { environment: { SMTP_URL: 'smtp://127.0.0.1:1', MAIL_FROM: 'no-reply@kith.example' } });
    const { data, status } = await graph.ask(register, { input });
    expect({ status, errors: data.userRegister.errors }).toEqual({ status: 200, errors: [] });
    expect(data.userRegister.user.id).toMatch(/^[0-9a-f-]{36}$/);
    const [mail] = await eventually(mailsRows, (rows) => rows.length === 1);
    expect(mail?.state).toBe('QUEUED');
  });
});

describe('the mailbox', () => {
  it.each([
    ['without a mail server', {}, true],
    ['with one', { SMTP_URL: 'smtp://mail.kith.example', MAIL_FROM: 'no-reply@kith.example' }, false],
    ['when it is switched off', { MAILBOX: 'off' }, false],
    ['without the developer pages', { DEVELOPER_PAGES: 'off', MAILBOX: 'on' }, false],
    ['in production', { NODE_ENV: 'production' }, false],
    ['in production with the developer pages', { NODE_ENV: 'production', DEVELOPER_PAGES: 'on' }, false],
    ['in production when it is asked for by its name', { NODE_ENV: 'production', DEVELOPER_PAGES: 'on', MAILBOX: 'on' }, true],
  ])('is there or not %s', (_, environment, there) => {
    expect(servesMailbox(parseConfig(environment, []))).toBe(there);
  });

  it('is not served when it is switched off', async () => {
    graph = await startGraph(database.url, { environment: { MAILBOX: 'off' } });
    expect((await fetch(`${graph.url}/mailbox/mails`)).status).toBe(404);
  });

  it('of the users process opens to the gateway alone', async () => {
    const setup = await mailSetup(database, testClock(), {});
    const config = parseConfig(testEnvironment(database.url), []);
    const log = makeLog({ name: 'kith-tests', level: 'silent', format: 'json' });
    const subgraph = { name: 'users', call: () => Promise.reject(new Error('not asked')) };
    const app = subgraphServer({ subgraph, contextSecret, ready: () => Promise.resolve(), messages: usersMessages(setup.parts, config), log });
    const body = JSON.stringify({ latest: 10 });
    const secret = new TextEncoder().encode(contextSecret);
    const client = { address: null, userAgent: null, acceptLanguage: null, acceptEncoding: null, refreshCookie: null };
    const request = new GraphRequest({ viewer: anonymous, requestId: 'test', client });
    const ask = (headers: Record<string, string>, payload = body) => app.inject({ method: 'POST', url: mailboxPath, headers: { 'content-type': 'application/json', ...headers }, payload });
    try {
      expect((await ask({})).statusCode).toBe(401);
      expect((await ask({ [contextHeader]: await signContext(secret, 'sessions', request, body) })).statusCode).toBe(401);
      expect((await ask({ [contextHeader]: await signContext(secret, 'users', request, JSON.stringify({ latest: 1 })) })).statusCode).toBe(401);
      const answered = await ask({ [contextHeader]: await signContext(secret, 'users', request, body) });
      expect([answered.statusCode, answered.json()]).toEqual([200, { latest: [] }]);
    } finally {
      await app.close();
      await setup.stop();
    }
  });
});
