/** Something people sign in with. */
export interface Device {
  readonly device: string;
  readonly browser: string | null;
  readonly operatingSystem: string;
  readonly userAgent: string;
}

/** What people of the demo data sign in with. */
export const devices: readonly [Device, ...Device[]] = [
  {
    device: 'MacBook Pro',
    browser: 'Safari 26.1',
    operatingSystem: 'macOS 26',
    userAgent: 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Safari/605.1.15',
  },
  {
    device: 'ThinkPad X1',
    browser: 'Firefox 145',
    operatingSystem: 'Fedora Linux 43',
    userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0',
  },
  {
    device: 'Desktop PC',
    browser: 'Chrome 142',
    operatingSystem: 'Windows 11',
    userAgent: 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36',
  },
  {
    device: 'iPhone',
    browser: 'Safari 26.1',
    operatingSystem: 'iOS 26.1',
    userAgent: 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Mobile/15E148 Safari/604.1',
  },
  {
    device: 'Pixel 10',
    browser: 'Chrome 142',
    operatingSystem: 'Android 16',
    userAgent: 'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36',
  },
  {
    device: 'iPad',
    browser: 'Safari 26.1',
    operatingSystem: 'iPadOS 26.1',
    userAgent: 'Mozilla/5.0 (iPad; CPU OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Mobile/15E148 Safari/604.1',
  },
  {
    device: 'Surface Laptop',
    browser: 'Edge 142',
    operatingSystem: 'Windows 11',
    userAgent: 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0',
  },
  {
    device: 'Terminal',
    browser: null,
    operatingSystem: 'Debian 13',
    userAgent: 'curl/8.14.1',
  },
];

// What RFC 5737 and RFC 3849 set aside for documentation: nobody's real address.
const networks = ['192.0.2.', '198.51.100.', '203.0.113.', '2001:db8::'] as const;

/** Answers an address that belongs to nobody, of one of four networks, for a host from 1 to 254. */
export function documentationAddress(network: number, host: number): string {
  return `${networks[network % networks.length]}${host}`;
}
