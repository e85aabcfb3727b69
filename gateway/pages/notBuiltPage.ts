import { createHash } from 'node:crypto';

const STYLE = `
  body { max-width: 36rem; margin: 15vh auto; padding: 0 1rem; font: 16px/1.5 system-ui, sans-serif; color-scheme: light dark; }
  code { padding: 0.2em 0.5em; border: 1px solid; border-radius: 6px; font-size: 0.95em; }
`;

/** What is served until the pages are built: the command that builds them. */
export const notBuiltPage = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>Kith - not built yet</title>
    <style>${STYLE}</style>
  </head>
  <body>
    <h1>This page is not built yet</h1>
    <p>It takes a few seconds, once. In the folder of Kith, run:</p>
    <p><code>node gateway/pages/build.ts</code></p>
    <p>Then reload this page; the server need not be started again. The graph itself answers at <code>/graphql</code>.</p>
  </body>
</html>
`;

/** The page's Content-Security-Policy: its one style sheet, by hash. */
export const notBuiltPolicy = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');
