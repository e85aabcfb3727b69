import { startGraph } from '../harness/graph.ts';

// A graph in a process of its own, for benchmarks: on the database of BENCHMARK_DATABASE_URL, by the clock of the machine.
const url = process.env['BENCHMARK_DATABASE_URL'];
if (url === undefined) throw new Error('BENCHMARK_DATABASE_URL is not set');
const gateway = process.env['BENCHMARK_GATEWAY_URL'];
const redis = process.env['BENCHMARK_REDIS_URL'];
const environment = { ...(gateway === undefined ? {} : { GATEWAY_DATABASE_URL: gateway }), ...(redis === undefined ? {} : { REDIS_URL: redis }) };
// It says where it listens, and stops with whoever started it: `serve` sees to both.
await startGraph(url, { clock: { now: () => new Date(), set: () => {}, advanceSeconds: () => {} }, environment });
