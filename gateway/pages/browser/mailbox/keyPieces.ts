import type { ListedMail } from '../../config.ts';

/** What can be copied out of a mail, and the words on the button that does it. */
export interface Copyable {
  label: string;
  value: string;
}

/**
 * What there is to copy: the code; or of a link first the token in it, which is what a mutation takes (the page it leads to is the
 * product's and may not be there yet), and then the link as a whole.
 */
export function copyables(keyPiece: ListedMail['keyPiece']): Copyable[] {
  if (keyPiece === null) return [];
  if (keyPiece.kind === 'code') return [{ label: 'Copy code', value: keyPiece.value }];
  const token = /[?#&]token=([^&#\s]+)/.exec(keyPiece.value)?.[1];
  const link = { label: 'Copy link', value: keyPiece.value };
  return token === undefined ? [link] : [{ label: 'Copy token', value: decodeURIComponent(token) }, link];
}
