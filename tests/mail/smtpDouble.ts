import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';

/** A mail as a server took it. */
export interface TakenMail {
  readonly from: string;
  readonly to: readonly string[];
  /** The message as it came, headers and all. */
  readonly message: string;
}

/** A refusal: its reply code, in the words of a server that repeats what it was given. */
type Reply = { readonly code: number; readonly text: string } | null;

/** What a server says at each step; nothing is yes. */
export interface Manners {
  recipient?: (address: string) => Reply;
  message?: () => Reply;
  signIn?: () => Reply;
}

/** A real mail server in this process, with manners that a test can change while it runs. */
export interface MailServerDouble {
  readonly url: string;
  readonly taken: TakenMail[];
  /** How often somebody connected. */
  readonly connections: number;
  manners: Manners;
  stop(): Promise<void>;
}

/** Starts a mail server on a free port. */
export async function startMailServer(manners: Manners = {}): Promise<MailServerDouble> {
  const double = { taken: [] as TakenMail[], connections: 0, manners };
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    logger: false,
    onConnect(_session, done) {
      double.connections += 1;
      done();
    },
    onAuth(_auth, _session, done) {
      const reply = double.manners.signIn?.() ?? null;
      if (reply === null) done(null, { user: 'kith' });
      else done(asError(reply));
    },
    onRcptTo({ address }, _session, done) {
      const reply = double.manners.recipient?.(address) ?? null;
      done(reply === null ? null : asError(reply));
    },
    onData(stream, { envelope }, done) {
      const parts: Buffer[] = [];
      stream.on('data', (part: Buffer) => parts.push(part));
      stream.on('end', () => {
        const reply = double.manners.message?.() ?? null;
        if (reply !== null) {
          done(asError(reply));
          return;
        }
        const from = envelope.mailFrom === false ? '' : envelope.mailFrom.address;
        double.taken.push({ from, to: envelope.rcptTo.map(({ address }) => address), message: Buffer.concat(parts).toString() });
        done();
      });
    },
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.server.address() as AddressInfo; // listening on a port, not on a pipe
  return Object.assign(double, {
    url: `smtp://127.0.0.1:${port}`,
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(resolve);
      }),
  });
}

function asError({ code, text }: { code: number; text: string }): Error {
  return Object.assign(new Error(text), { responseCode: code });
}
