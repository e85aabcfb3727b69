import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { MailboxSource } from '@kith/kernel/mailbox.ts';
import type { FastifyPluginAsync, FastifyReply } from 'fastify';
import { mailboxRoutes } from './mailboxRoutes.ts';
import type { Demo, ExampleOperation, PagesConfig } from './pages/config.ts';
import { distFolder, readCurrentBuild } from './pages/currentBuild.ts';
import { notBuiltPage, notBuiltPolicy } from './pages/notBuiltPage.ts';
import { assetPolicy, graphiqlPolicy, landingPolicy, mailboxPolicy } from './pages/policies.ts';

export type { Demo, DemoPerson, ExampleOperation } from './pages/config.ts';

/** What the pages offer: the operations of `schema/operations`, and the people of the demo data, if any. */
export interface PagesOptions {
  examples: ExampleOperation[];
  /** Null outside a demo: the passwords in it are served to everyone. */
  demo: Demo | null;
  /** The mails to look at; null where they leave, or nobody may look. */
  mailbox?: MailboxSource | null;
  /** The folder of the built pages; another than `pages/dist` only in tests. */
  dist?: string;
}

/**
 * Serves the developer pages: Apollo Sandbox at `/`, GraphiQL at `/graphiql`, the mailbox at `/mailbox`, their assets under `/pages/`.
 * Each page brings its own Content-Security-Policy, which replaces what helmet set before. The pages are built by
 * `pages/build.ts`; until then they answer 503 with the command, and afterwards work without a restart.
 */
export function pages({ examples, demo, mailbox = null, dist = distFolder }: PagesOptions): FastifyPluginAsync {
  const config: PagesConfig = { graphUrl: '/graphql', examples: examples.map(shownExample), demo: demo && shownDemo(demo), mailbox: mailbox !== null };

  return async (server) => {
    await server.register(fastifyStatic, {
      root: dist,
      prefix: '/pages/',
      suppressWarning: true, // the folder comes with the first build
      decorateReply: false,
      preCompressed: true,
      index: false,
      dotfiles: 'ignore',
      allowedPath: (path) => /^\/[0-9a-f]{12}\/assets\/[^/]+$/.test(path),
      // Names carry a hash of what is in them, so a browser need never ask again.
      immutable: true,
      maxAge: '365d',
      setHeaders: (reply) => void reply.headers({ ...nosniff, 'content-security-policy': assetPolicy }),
    });
    server.get('/pages/config.json', (_request, reply) => reply.headers({ ...nosniff, ...noStore }).send(config));
    server.get('/', (_request, reply) => sendPage(reply, dist, 'landing', landingPolicy));
    server.get('/graphiql', (_request, reply) => sendPage(reply, dist, 'graphiql', graphiqlPolicy));
    server.get('/graphiql/', (_request, reply) => reply.redirect('/graphiql', 308));
    if (mailbox === null) return;
    server.get('/mailbox', (_request, reply) => sendPage(reply, dist, 'mailbox', mailboxPolicy));
    server.get('/mailbox/', (_request, reply) => reply.redirect('/mailbox', 308));
    await server.register(mailboxRoutes(mailbox));
  };
}

const nosniff = { 'x-content-type-options': 'nosniff' };
const noStore = { 'cache-control': 'no-store' };

async function sendPage(
  reply: FastifyReply,
  dist: string,
  page: 'landing' | 'graphiql' | 'mailbox',
  policy: string,
): Promise<FastifyReply> {
  reply.headers({ ...nosniff, ...noStore }).type('text/html; charset=utf-8');
  const build = await readCurrentBuild(dist);
  if (build === null) return reply.code(503).header('content-security-policy', notBuiltPolicy).send(notBuiltPage);
  const html = await readFile(join(build.folder, page, 'index.html'));
  return reply.header('content-security-policy', policy).send(html);
}

// Field by field, since everyone may read it: whatever else the caller keeps in these objects stays here.
function shownExample(example: ExampleOperation): ExampleOperation {
  const { name, title, description, document, variables, signedInAs } = example;
  return { name, title, description, document, variables, signedInAs };
}

function shownDemo({ login, password, people }: Demo): Demo {
  const shown = people.map(({ login, password, about }) => ({ login, password, about }));
  // The pages look a person up among the people, so whoever one is at first has to be there.
  const complete = shown.some((person) => person.login === login) ? shown : [{ login, password, about: '' }, ...shown];
  return { login, password, people: complete };
}
