import type { MailboxSource } from '@kith/kernel/mailbox.ts';
import type { FastifyPluginAsync } from 'fastify';
import type { ListedMail, ShownMail } from './pages/config.ts';
import { mailPolicy } from './pages/policies.ts';

/** As much as somebody looks through. */
const listedMax = 100;
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const headers = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' };

/** Serves what the mailbox page shows: the latest mails as JSON, one of them, and its HTML as a page of its own that can do nothing. */
export function mailboxRoutes(mailbox: MailboxSource): FastifyPluginAsync {
  const find = (id: string) => (uuid.test(id) ? mailbox.find(id) : null);
  return async (server) => {
    server.get('/mailbox/mails', async (_, reply) => {
      const mails: ListedMail[] = await mailbox.latest(listedMax);
      return reply.headers(headers).send({ mails });
    });
    server.get<{ Params: { id: string } }>('/mailbox/mails/:id', async ({ params }, reply) => {
      const mail = await find(params.id);
      if (mail === null) return reply.callNotFound();
      const { html: _html, ...shown } = mail;
      return reply.headers(headers).send(shown satisfies ShownMail);
    });
    server.get<{ Params: { id: string } }>('/mailbox/mails/:id/page', async ({ params }, reply) => {
      const mail = await find(params.id);
      if (mail === null) return reply.callNotFound();
      // A sandboxed page has no origin to be keyed by, and a browser would complain of being asked to.
      return reply.removeHeader('origin-agent-cluster').headers({ ...headers, 'content-security-policy': mailPolicy }).type('text/html; charset=utf-8').send(mail.html);
    });
  };
}
