import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

/** The folder everything is relative to. */
export const repository = join(import.meta.dirname, '..', '..');

const dependency = z.object({ condition: z.enum(['service_started', 'service_healthy', 'service_completed_successfully']) });

const service = z.looseObject({
  image: z.string().optional(),
  command: z.array(z.string()).optional(),
  /** A name without a value is taken from the shell that starts the composition. */
  environment: z.record(z.string(), z.string().nullable()).default({}),
  secrets: z.array(z.string()).default([]),
  networks: z.array(z.string()).default([]),
  ports: z.array(z.string()).default([]),
  depends_on: z.record(z.string(), dependency).default({}),
  healthcheck: z.looseObject({ test: z.array(z.string()).optional(), disable: z.boolean().optional() }).optional(),
  restart: z.string().optional(),
});

const composition = z.looseObject({
  services: z.record(z.string(), service),
  secrets: z.record(z.string(), z.object({ file: z.string() })).default({}),
  networks: z.record(z.string(), z.looseObject({ internal: z.boolean().optional() })).default({}),
});

/** A service of a composition. */
export type Service = z.output<typeof service>;
/** What a compose file says, of what the tests look at. */
export type Composition = z.output<typeof composition>;

/** Reads the text of a compose file, its anchors and merges resolved. */
export function readComposition(text: string): Composition {
  return composition.parse(parse(text, { merge: true }));
}

/** Reads a compose file of the repository. */
export function compositionAt(path: string): Composition {
  return readComposition(readFileSync(join(repository, path), 'utf8'));
}

/** Lays a composition over another one, as `docker compose -f one -f other` does for the keys the tests look at. */
export function laidOver(base: Composition, over: Composition): Composition {
  const services = { ...base.services };
  for (const [name, added] of Object.entries(over.services)) {
    const below = services[name];
    if (below === undefined) throw new Error(`there is no service ${name} to lay something over`);
    services[name] = {
      ...below,
      ...(added.command === undefined ? {} : { command: added.command }),
      environment: { ...below.environment, ...added.environment },
      secrets: [...below.secrets, ...added.secrets],
    };
  }
  return { ...base, services };
}

/** Whether a service runs Kith's own image. */
export function isOurs({ image }: Service): boolean {
  return image?.startsWith('kith:') === true;
}
