const NOTHING_ELSE = ["default-src 'none'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"];

function policy(...directives: string[]): string {
  return [...NOTHING_ELSE, ...directives].join('; ');
}

/**
 * GraphiQL's Content-Security-Policy: everything from here, nothing from anywhere else.
 *
 * `'unsafe-inline'` stands for styles only, and because Monaco cannot do without: it draws each line of text as markup with
 * `style="top:..."` and puts its theme's colours into style elements it makes itself, with no way to give them a nonce
 * (tried: 88 violations on opening the page, and no colours, cursor or line positions).
 * Fonts and pictures may be `data:` since Fira Code, Monaco's icons and our favicon stand inside style sheets and markup.
 */
export const graphiqlPolicy = policy(
  "script-src 'self'",
  "worker-src 'self'",
  "connect-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
);

/**
 * The landing page's Content-Security-Policy: Apollo's one script and one frame beside what is ours.
 * Operations are run by this page at the frame's request, so the frame itself need not reach the graph.
 */
export const landingPolicy = policy(
  "script-src 'self' https://embeddable-sandbox.cdn.apollographql.com",
  'frame-src https://sandbox.embed.apollographql.com',
  "connect-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
);

/** The mailbox page's Content-Security-Policy: everything from here. The frame is for the mail that is open. */
export const mailboxPolicy = policy("script-src 'self'", "connect-src 'self'", "style-src 'self'", "img-src 'self' data:", "frame-src 'self'");

/**
 * The policy of a mail's own HTML, which holds what people wrote: it loads nothing, runs nothing and, by `sandbox`, belongs to no origin
 * even when it is opened by itself. Mails carry their styles inline. A link opens in a tab that is free of all this.
 */
export const mailPolicy = [
  "default-src 'none'",
  "style-src 'unsafe-inline'",
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'self'",
  'sandbox allow-popups allow-popups-to-escape-sandbox',
].join('; ');

/** The policy a worker's file brings with it, since a worker does not take its page's: scripts of ours, no network beyond. */
export const assetPolicy = policy("script-src 'self'");
