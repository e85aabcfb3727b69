import { Refusal } from '@kith/kernel/errors.ts';

const lengthMax = 500;

/** Reads the reason for something that needs none. Null when there is none. Refuses REASON_REQUIRED for one that is too long. */
export function readReason(text: string | null): string | null {
  const reason = text?.normalize('NFC').trim() ?? '';
  // In code points, as PostgreSQL counts.
  if (Array.from(reason).length > lengthMax) throw new Refusal('REASON_REQUIRED', `A reason has at most ${lengthMax} characters.`, ['input', 'reason']);
  return reason === '' ? null : reason;
}
