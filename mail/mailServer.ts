/** A mail on its way out. */
export interface LeavingMail {
  readonly id: string;
  readonly recipient: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly queuedAt: Date;
}

/** What a mail server says to a mail: it has taken it, or will never take it, and why in a few words. */
export type Delivery = { readonly taken: true } | { readonly taken: false; readonly reason: string };

/** Where mail goes out. */
export interface MailServer {
  /** Hands a mail over. Throws `NotDelivered` when it may go better another time. */
  deliver(mail: LeavingMail): Promise<Delivery>;
}

/** Thrown when a mail could not be handed over. Says in which step and with which reply code, and nothing of what the server wrote: that may repeat the address. */
export class NotDelivered extends Error {
  constructor(mailId: string, reason: string) {
    super(`mail ${mailId} could not be handed over: ${reason}`);
    this.name = 'NotDelivered';
  }
}

/** How long a server is waited for. */
export interface MailDeadlines {
  readonly connectMsMax: number;
  readonly silenceMsMax: number;
  readonly deliveryMsMax: number;
}

// Generous at the end: a server that looks through a mail before it answers, and is not waited for, has taken it and gets it again.
const deadlines: MailDeadlines = { connectMsMax: 5_000, silenceMsMax: 30_000, deliveryMsMax: 60_000 };

/** What nodemailer tells of a failure. */
interface SmtpError {
  readonly code?: string;
  readonly responseCode?: number;
  readonly command?: string;
}

// What a server may refuse for good: this person, or this mail. A refused greeting, password or sender is our own trouble, and passes when it is mended.
const aboutTheMail = new Set(['RCPT TO', 'DATA']);

/**
 * Makes the mail server of an address (RFC 5321, by nodemailer). It is loaded only here: a process that sends no mail does without its 40 ms and 29 MB.
 * Each mail goes over a connection of its own, encrypted whenever the server can be (RFC 3207).
 */
export async function smtpServer(url: string, from: string, { connectMsMax, silenceMsMax, deliveryMsMax } = deadlines): Promise<MailServer> {
  const { createTransport } = await import('nodemailer');
  const transport = createTransport({
    url,
    connectionTimeout: connectMsMax,
    greetingTimeout: connectMsMax,
    dnsTimeout: connectMsMax,
    socketTimeout: silenceMsMax,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    async deliver({ id, recipient, subject, text, html, queuedAt }) {
      try {
        await transport.sendMail({
          from,
          // As an object: in a text, a comma would make two recipients of one.
          to: { name: '', address: recipient },
          subject,
          text,
          html,
          date: queuedAt,
          // The same however often it is sent, so that a mailbox can tell a repetition.
          messageId: `<${id}@kith>`,
          headers: { 'Auto-Submitted': 'auto-generated' },
          signal: AbortSignal.timeout(deliveryMsMax),
        });
        return { taken: true };
      } catch (error) {
        const { reason, final } = failureOf(error);
        if (!final) throw new NotDelivered(id, reason);
        return { taken: false, reason };
      }
    },
  };
}

function failureOf(error: unknown): { reason: string; final: boolean } {
  const { code = 'unknown', responseCode, command = 'CONN' } = error as SmtpError; // whatever is thrown: what it lacks is filled in
  if (responseCode === undefined) return { reason: `${code} at ${command}`, final: false };
  return { reason: `SMTP ${responseCode} at ${command}`, final: responseCode >= 500 && aboutTheMail.has(command) };
}
