import { demoPassword, demoPeople } from '@kith/kernel/demo.ts';
import pc from 'picocolors';

/** What is worth knowing about a graph that has just started. */
export interface BannerFacts {
  readonly url: string;
  readonly topology: 'together' | 'apart';
  readonly seconds: number;
  /** A token of the first demo person, when there is demo data. */
  readonly demoToken: string | null;
  readonly developerPages: boolean;
  /** Whether mail is kept to be looked at instead of sent. */
  readonly mailbox: boolean;
}

/** The text shown when the graph is up: addresses, people to sign in as, and a request that works as it stands. */
export function banner({ url, topology, seconds, demoToken, developerPages, mailbox }: BannerFacts): string {
  const addresses: [string, string, string?][] = [
    ['Graph', `${url}/graphql`],
    ...(developerPages ? ([['Sandbox', `${url}/`], ['GraphiQL', `${url}/graphiql`, 'works offline']] satisfies [string, string, string?][]) : []),
    ...(mailbox ? ([['Mailbox', `${url}/mailbox`, 'every mail that would have left']] satisfies [string, string, string?][]) : []),
    ['Health', `${url}/health`],
  ];
  const lines = [
    '',
    `${pc.bold(pc.green('Kith is up'))} ${pc.dim(`(${topology}, ${seconds.toFixed(1)} s)`)}`,
    '',
    ...addresses.map(([name, address, note]) => `  ${name.padEnd(10)}${pc.cyan(address)}${note === undefined ? '' : pc.dim(`  ${note}`)}`),
    ...(demoToken === null ? [] : demoLines(url, demoToken)),
    '',
    pc.dim('Ctrl-C stops everything.'),
    '',
  ];
  return lines.join('\n');
}

function demoLines(url: string, token: string): string[] {
  const [first] = demoPeople;
  return [
    '',
    `  Sign in with the password ${pc.bold(demoPassword)} as`,
    ...demoPeople.map(({ login, about }) => `    ${login.padEnd(22)}${pc.dim(about)}`),
    '',
    `  Ask as ${first.login}:`,
    '',
    `curl -s ${url}/graphql -H 'content-type: application/json' -H 'authorization: Bearer ${token}' -d '{"query":"{ me { username profile { displayName } player { level } } }"}'`,
  ];
}
