// `node deploy/healthCheck.ts [/ready]`: exits with 0 when the process of this container answers, 1 when it does not.
// `/health` says that it lives, `/ready` that everything it needs does as well.
const [path = '/health'] = process.argv.slice(2);
const address = `http://127.0.0.1:${process.env['PORT'] ?? '4000'}${path}`;
const timeoutMs = 2_500;

try {
  const response = await fetch(address, { signal: AbortSignal.timeout(timeoutMs) });
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
} catch (error) {
  console.error(`${address}: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
