import { z } from 'zod';

const secret = (text: z.ZodString) => text.min(32, 'must have at least 32 characters');
const count = (fallback: number, max = 1_000_000) => z.coerce.number().int().min(1).max(max).default(fallback);
const list = z
  .string()
  .default('')
  .transform((text) => text.split(',').map((part) => part.trim()).filter((part) => part !== ''));
const httpUrl = z.url({ protocol: /^https?$/, error: 'must be an http or https address' });
const databaseUrl = z.url({ protocol: /^postgres(ql)?$/, error: 'must look like postgres://user:password@host:5432/database' });
const onOrOff = z.enum(['on', 'off']);

/** Reads `1:<base64>,2:<base64>` into 256-bit keys by version. */
const encryptionKeys = z.string().transform((text, issues) => {
  const keys = new Map<number, Buffer>();
  for (const part of text.split(',')) {
    const [version = '', encoded = ''] = part.trim().split(':');
    const key = Buffer.from(encoded, 'base64');
    if (!/^[1-9][0-9]{0,5}$/.test(version) || key.length !== 32) {
      issues.addIssue('must be a list such as 1:<32 bytes in base64>,2:<32 bytes in base64>');
      return z.NEVER;
    }
    keys.set(Number(version), key);
  }
  return keys;
});

/**
 * Every setting of every process, with what it means. `.env.example` is made from this list, in this order;
 * a setting marked secret can be given as `<NAME>_FILE` too, the path of a file that holds it.
 */
export const settings = z.object({
  NODE_ENV: z.enum(['development', 'test', 'production']).default('development').describe('What the process is for. Production refuses what is only convenient.'),
  TOPOLOGY: z.enum(['together', 'apart']).default('together').describe('One process for the gateway and the four subgraphs, or five.'),
  HOST: z.string().min(1).default('127.0.0.1').describe('The address to listen on; 0.0.0.0 for all.'),
  PORT: z.coerce.number().int().min(0).max(65535).default(4000).describe('The port to listen on; 0 takes a free one.'),
  PUBLIC_URL: httpUrl.optional().describe('The address people reach the gateway under. http://localhost:<PORT> when not set.'),
  DATA_DIRECTORY: z.string().min(1).default('.data').describe('Where npm start keeps the embedded PostgreSQL and the secrets it made.'),

  DATABASE_URL: databaseUrl.optional().describe('The owner of the database, who migrates it. npm start runs an embedded PostgreSQL when not set.').meta({ secret: true }),
  DATABASE_ROLE_SECRET: secret(z.string()).optional().describe("The passwords of Kith's database roles are derived from this one.").meta({ secret: true }),
  USERS_DATABASE_URL: databaseUrl.optional().describe('How the users subgraph connects. Derived from DATABASE_URL when not set, as are the next six.').meta({ secret: true }),
  TENANTS_DATABASE_URL: databaseUrl.optional().describe('How the tenants subgraph connects.').meta({ secret: true }),
  SESSIONS_DATABASE_URL: databaseUrl.optional().describe('How the sessions subgraph connects.').meta({ secret: true }),
  GAMIFICATION_DATABASE_URL: databaseUrl.optional().describe('How the gamification subgraph connects.').meta({ secret: true }),
  READER_DATABASE_URL: databaseUrl.optional().describe('How the whole graph reads when it runs together.').meta({ secret: true }),
  WORKER_DATABASE_URL: databaseUrl.optional().describe('How a process runs its jobs.').meta({ secret: true }),
  GATEWAY_DATABASE_URL: databaseUrl.optional().describe('How the gateway follows revocations and the rules of tenants.').meta({ secret: true }),
  DATABASE_CONNECTIONS: count(4, 100).describe('Connections per process and role. Four serve best on two cores.'),
  DATABASE_WAIT_MS: count(2_000).describe('How long a request waits for a free connection.'),
  STATEMENT_TIMEOUT_MS: count(5_000).describe('How long PostgreSQL may work on one statement.'),

  REDIS_URL: z
    .url({ protocol: /^rediss?$/, error: 'must look like redis://user:password@host:6379' })
    .optional()
    .describe('Where processes share limits and revocations. Without it each counts for itself, and PostgreSQL carries revocations.')
    .meta({ secret: true }),

  SMTP_URL: z
    .url({ protocol: /^smtps?$/, error: 'must look like smtp://user:password@host:587' })
    .optional()
    .describe('The mail server. Without it no mail leaves: the mailbox page shows what would have.')
    .meta({ secret: true }),
  MAIL_FROM: z.string().min(3).max(255).default('Kith <no-reply@kith.test>').describe('Whom mail comes from, such as Kith <no-reply@example.com>. To be set together with SMTP_URL.'),
  MAILS_PER_HOUR: count(1_000).describe('How many mails go out within an hour, over all processes. What is above that waits.'),

  USERS_URL: httpUrl.optional().describe('Where the gateway reaches the users subgraph when the graph runs apart.'),
  TENANTS_URL: httpUrl.optional().describe('Where the gateway reaches the tenants subgraph.'),
  SESSIONS_URL: httpUrl.optional().describe('Where the gateway reaches the sessions subgraph.'),
  GAMIFICATION_URL: httpUrl.optional().describe('Where the gateway reaches the gamification subgraph.'),
  CONTEXT_SECRET: secret(z.string()).optional().describe('Signs what the gateway tells a subgraph about the viewer. The same for all five processes.').meta({ secret: true }),
  SUBGRAPH_TIMEOUT_MS: count(5_000).describe('How long the gateway waits for a subgraph.'),

  TOKEN_ISSUER: z.string().min(1).default('kith').describe('The `iss` of access tokens.'),
  TOKEN_AUDIENCE: z.string().min(1).default('kith').describe('The `aud` of access tokens.'),
  ACCESS_TOKEN_TTL_SECONDS: count(1_800, 86_400).describe('How long an access token works.'),
  REVOCATIONS_BELIEVED_MS: count(30_000).describe('How long access tokens are believed while the gateway cannot learn which of them were revoked, and rules of tenants while it cannot learn whether they changed.'),
  SESSION_TTL_SECONDS: count(604_800, 31_536_000).describe('How long a session lives unless it is used.'),
  ENCRYPTION_KEYS: encryptionKeys.optional().describe('Keys for secrets kept in the database, `1:<32 bytes in base64>`, separated by commas; the highest version writes.').meta({ secret: true }),
  PASSWORD_PEPPER: secret(z.string()).optional().describe('Goes into every password hash. Losing it locks everybody out; keep it apart from the database.').meta({ secret: true }),
  RECORD_KEY: secret(z.string()).optional().describe('Chains and signs the audit log, and signs what is attested about erased accounts. The same for all subgraphs that write records.').meta({ secret: true }),
  ARGON2_MEMORY_KIB: z.coerce.number().int().min(19_456).max(1_048_576).default(19_456).describe('Memory of one password hash (argon2id), at least 19456.'),
  ARGON2_PASSES: z.coerce.number().int().min(2).max(20).default(2).describe('Passes of one password hash.'),
  SIGN_IN_REFUSAL_MS: count(150, 5_000).describe('A sign-in is refused at whole multiples of this time only, so that the reason does not show by it. Raise it while there are imported hashes that take longer.'),

  TENANTS_CREATED_BY: z.enum(['anybody', 'platform']).default('anybody').describe('Who may make tenants: anybody who has proven their address, or administrators of the platform alone.'),

  RATE_API_PER_MINUTE: count(100).describe('How many requests a person may make within a minute; without a token, how many an address may.'),
  RATE_WRITES_PER_MINUTE: count(10).describe('How many mutations, counted the same way.'),
  RATE_SIGN_INS_PER_5_MINUTES: count(10).describe('How often somebody may try to sign in within 5 minutes: per login, and per address.'),
  RATE_REGISTRATIONS_PER_HOUR: count(5).describe('How many people may register within an hour from one address.'),
  DEPTH_MAX: count(10, 50).describe('How deep an operation may go.'),
  ALIASES_MAX: count(15, 100).describe('How often one field may be asked for under other names in one operation.'),
  DIRECTIVES_MAX: count(8, 100).describe('How many directives one field may carry.'),
  TOKENS_MAX: count(1_000, 100_000).describe('How many words and signs an operation may have.'),
  BODY_BYTES_MAX: count(102_400, 10_485_760).describe('How large a request may be.'),
  CORS_ORIGINS: list.describe('Web origins that may call the graph from a browser, separated by commas.'),
  TRUSTED_PROXIES: list.describe("Addresses or CIDR ranges of proxies whose X-Forwarded-For is believed, separated by commas."),
  DEVELOPER_PAGES: onOrOff.optional().describe('Sandbox on /, GraphiQL on /graphiql, and without SMTP_URL the mailbox on /mailbox. On unless in production.'),
  MAILBOX: onOrOff.optional().describe('Whether the mailbox is among them. Whoever reads it can open every account: in production it is off unless this says on.'),
  DEMO: onOrOff.default('off').describe('Whether the developer pages offer to sign in as the people of the demo data. npm start switches it on with its demo data.'),
  INTROSPECTION: onOrOff.optional().describe('Whether callers may ask for the schema. On unless in production.'),

  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info').describe('The least that is logged.'),
  LOG_FORMAT: z.enum(['json', 'pretty']).optional().describe('json, or pretty. Pretty on a terminal.'),
  DRAIN_MS: count(10_000).describe('How long a stopping process may take to finish its requests.'),
});

/** The settings of a process, checked. */
export type Settings = z.output<typeof settings>;
export type SettingName = keyof Settings;
