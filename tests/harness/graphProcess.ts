// A graph in a process of its own, for tests that kill it. Configured by its environment; says its port to whoever started it.
import { systemClock } from '@kith/kernel/clock.ts';
import { parseConfig } from '@kith/kernel/config.ts';
import { makeLog } from '@kith/kernel/log.ts';
import { serve } from '@kith/kernel/serve.ts';
import { Shutdown } from '@kith/kernel/shutdown.ts';
import { together } from '@kith/start/together.ts';

const config = parseConfig(process.env, ['DATABASE_URL', 'DATABASE_ROLE_SECRET', 'CONTEXT_SECRET', 'PASSWORD_PEPPER', 'ENCRYPTION_KEYS', 'RECORD_KEY']);
const log = makeLog({ name: 'kith-tests-process', level: config.LOG_LEVEL, format: 'json' });
const shutdown = new Shutdown();
const app = await together({ config, clock: systemClock, log, shutdown });
await serve(app, { host: config.HOST, port: config.PORT, shutdown, log });
