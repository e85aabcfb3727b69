/** How long the link of a mail works, and how many mails an address is sent. */
export const resetRule = { lifeMs: 60 * 60_000, requestsMax: 3, withinMs: 60 * 60_000 } as const;

/** The link of the mail. The token stands behind the #: browsers send that to no server, so it stands in no log. */
export function resetUrl(publicUrl: string, token: string): string {
  return `${resetPageUrl(publicUrl)}#token=${token}`;
}

/** The page where a mail can be asked for. */
export function resetPageUrl(publicUrl: string): string {
  return `${publicUrl.replace(/\/$/, '')}/password-reset`;
}
