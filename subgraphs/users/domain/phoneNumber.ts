import { Refusal } from '@kith/kernel/errors.ts';
import type { UserId } from '@kith/kernel/ids.ts';
import { parsePhoneNumberFromString } from 'libphonenumber-js/max';

const textLengthMax = 50;

/** Reads a phone number with its country into its international form (ITU-T E.164), such as `+351912345678`. Refuses PHONE_NUMBER_INVALID. */
export function readPhoneNumber(text: string): string {
  const parsed = text.length > textLengthMax ? undefined : parsePhoneNumberFromString(text.trim(), { extract: false });
  if (parsed === undefined || !parsed.isValid() || parsed.ext !== undefined) {
    throw new Refusal('PHONE_NUMBER_INVALID', 'This is no phone number, or its country is missing. Begin with + and the country, as in +351 912 345 678.', ['input', 'phoneNumber']);
  }
  return parsed.number;
}

/** Where a person's number is kept: a ciphertext moved to another person's row does not open. */
export function phoneNumberPlace(userId: UserId): string {
  return `users.phone_numbers.number:${userId}`;
}
