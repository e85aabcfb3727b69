import bowser from 'bowser';

/** What a user agent says about the device it runs on. */
export interface Device {
  /** In words for people, such as `Firefox on Linux`. */
  readonly device: string;
  readonly browser: string | null;
  readonly operatingSystem: string | null;
}

const unknown: Device = { device: 'Unknown device', browser: null, operatingSystem: null };

/** Reads a User-Agent header for people to recognise their devices by. What it claims is not to be relied on. */
export function readDevice(userAgent: string | null): Device {
  if (userAgent === null || userAgent.trim() === '') return unknown;
  const { browser, os } = bowser.parse(userAgent);
  // Bowser says '' or nothing for what it does not know; a program's own name in front of the slash is better than that.
  const name = browser.name || /^[\w .-]+/.exec(userAgent)?.[0].trim() || null;
  const operatingSystem = os.name || null;
  if (name === null && operatingSystem === null) return unknown;
  return {
    device: [name ?? 'Unknown browser', operatingSystem].filter((part) => part !== null).join(' on ').slice(0, 200),
    browser: name === null ? null : [name, browser.version?.split('.')[0]].filter(Boolean).join(' ').slice(0, 100),
    operatingSystem: operatingSystem?.slice(0, 100) ?? null,
  };
}
