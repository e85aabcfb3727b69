import { createHmac } from 'node:crypto';
import { Refusal } from '@kith/kernel/errors.ts';
import { cursorCodec, cursorId, cursorMoment } from '@kith/kernel/page.ts';
import { z } from 'zod';
import { characters, normalText } from '@kith/kernel/plainText.ts';

/** Kinds of devices that get push messages. */
export type PushPlatform = 'IOS' | 'ANDROID' | 'WEB';

/** A device that gets push messages, without its token. */
export interface PushToken {
  readonly id: string;
  readonly platform: PushPlatform;
  readonly deviceName: string | null;
  readonly appVersion: string | null;
  readonly tokenEnding: string;
  readonly registeredAt: Date;
  readonly lastUsedAt: Date;
}

/** Where a list of devices goes on: when the last one was used, and its id. */
export type PushTokenCursor = readonly [lastUsedAt: string, id: string];

export const pushTokenCursors = cursorCodec('pushTokens', z.tuple([cursorMoment, cursorId]), (device: PushToken) => [device.lastUsedAt.toISOString(), device.id]);

/** How many devices of a person are kept. */
export const devicesMax = 20;

const deviceNameLengthMax = 100;
const appVersionLengthMax = 50;
const endingLength = 4;

/** What a device says of itself. */
export interface PushTokenInput {
  readonly token: string;
  readonly platform: PushPlatform;
  readonly deviceName?: string | null;
  readonly appVersion?: string | null;
}

/** The same, checked. */
export interface PushTokenDraft {
  readonly token: string;
  readonly tokenEnding: string;
  readonly platform: PushPlatform;
  readonly deviceName: string | null;
  readonly appVersion: string | null;
}

/** Reads what a device says of itself. Refuses PUSH_TOKEN_INVALID and FIELD_TOO_LONG. */
export function draftPushToken(input: PushTokenInput): PushTokenDraft {
  const token = input.token.trim();
  if (!/^[\p{L}\p{M}\p{N}\p{P}\p{S}]{8,4096}$/u.test(token)) throw new Refusal('PUSH_TOKEN_INVALID', 'A push token has 8 to 4,096 visible characters.', ['input', 'token']);
  return {
    token,
    tokenEnding: Array.from(token).slice(-endingLength).join(''),
    platform: input.platform,
    deviceName: readLine(input.deviceName ?? '', 'deviceName', deviceNameLengthMax),
    appVersion: readLine(input.appVersion ?? '', 'appVersion', appVersionLengthMax),
  };
}

function readLine(text: string, field: string, lengthMax: number): string | null {
  const line = normalText(text);
  if (characters(line) > lengthMax) throw new Refusal('FIELD_TOO_LONG', `This field takes at most ${lengthMax} characters.`, ['input', field]);
  return line === '' ? null : line;
}

/** The keyed hash a token is found again by. */
export function pushTokenHash(pepper: string, token: string): Buffer {
  return createHmac('sha256', pepper).update(`push token: ${token}`).digest();
}

/** Where a token is kept: a ciphertext moved to another device's row does not open. */
export function pushTokenPlace(id: string): string {
  return `users.push_tokens.token:${id}`;
}
