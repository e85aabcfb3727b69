import { Refusal } from '@kith/kernel/errors.ts';
import { characters, normalText } from '@kith/kernel/plainText.ts';
import { z } from 'zod';
import { parseDisplayName } from './displayName.ts';
import type { Profile } from './person.ts';
import type { Theme } from './theme.ts';
import { readTheme } from './theme.ts';

type Text = string | null;
type Given<Value> = Value | null | undefined;

/** What a person wants changed: undefined leaves as it is, null empties. */
export interface ProfileInput {
  readonly displayName?: Given<string>;
  readonly bio?: Given<string>;
  readonly pictureUrl?: Given<string>;
  readonly bannerUrl?: Given<string>;
  readonly location?: Given<string>;
  readonly website?: Given<string>;
  readonly interests?: Given<readonly string[]>;
  readonly skills?: Given<readonly string[]>;
  readonly socialLinks?: Given<Partial<Record<SocialNetwork, Given<string>>>>;
  readonly theme?: Given<Theme>;
}

/** The fields that change, each with its new value. */
export type ProfileChange = Partial<Changeable>;

/** A profile with what is read apart from it. */
type Changeable = Profile & { readonly theme: Theme };

const networks = ['twitter', 'instagram', 'tiktok', 'discord', 'youtube'] as const;
type SocialNetwork = (typeof networks)[number];

const bioLengthMax = 5_000;
const urlLengthMax = 500;
const lineLengthMax = 100;
const itemsMax = 50;
const itemLengthMax = 50;

const webAddress = z.url({ protocol: /^https?$/ }).max(urlLengthMax);

/** Reads what is to change in a profile. Refuses DISPLAY_NAME_INVALID, BIO_TOO_LONG, URL_INVALID, FIELD_TOO_LONG and THEME_INVALID, naming the field. */
export function draftProfileChange(input: ProfileInput): ProfileChange {
  const social = input.socialLinks === null ? Object.fromEntries(networks.map((network) => [network, null])) : (input.socialLinks ?? {});
  return onlyGiven({
    displayName: change(input.displayName, readDisplayName),
    bio: change(input.bio, readBio),
    pictureUrl: change(input.pictureUrl, readUrl('pictureUrl')),
    bannerUrl: change(input.bannerUrl, readUrl('bannerUrl')),
    location: change(input.location, readLine(['location'])),
    website: change(input.website, readUrl('website')),
    interests: input.interests === null ? [] : change(input.interests, readItems('interests')),
    skills: input.skills === null ? [] : change(input.skills, readItems('skills')),
    theme: input.theme === null ? {} : change(input.theme, readTheme),
    ...Object.fromEntries(networks.map((network) => [network, change(social[network], readAccount(network))])),
  });
}

function change<Value, Read>(value: Given<Value>, read: (value: Value) => Read): Read | null | undefined {
  if (value === undefined || value === null) return value as null | undefined; // said on this line
  return read(value);
}

function onlyGiven(fields: { [Field in keyof Changeable]?: Changeable[Field] | null | undefined }): ProfileChange {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as ProfileChange; // lists and the theme are never null: their null became an empty one above
}

function readDisplayName(text: string): string {
  const name = parseDisplayName(text);
  if (name === null) throw new Refusal('DISPLAY_NAME_INVALID', `A display name has 1 to ${lineLengthMax} characters.`, ['input', 'displayName']);
  return name;
}

function readBio(text: string): Text {
  const bio = normalText(text);
  if (characters(bio) > bioLengthMax) throw new Refusal('BIO_TOO_LONG', `A bio has at most ${bioLengthMax} characters.`, ['input', 'bio']);
  return bio === '' ? null : bio;
}

const readUrl = (field: string) => (text: string): Text => {
  const url = normalText(text);
  if (url === '') return null;
  if (!webAddress.safeParse(url).success) throw new Refusal('URL_INVALID', `This is no http or https address, or it has more than ${urlLengthMax} characters.`, ['input', field]);
  return url;
};

const readLine = (path: readonly string[]) => (text: string): Text => {
  const line = normalText(text);
  if (characters(line) > lineLengthMax) throw new Refusal('FIELD_TOO_LONG', `This field takes at most ${lineLengthMax} characters.`, ['input', ...path]);
  return line === '' ? null : line;
};

/** People write their name with an @ in front wherever they write it. */
const readAccount = (network: SocialNetwork) => (text: string): Text => readLine(['socialLinks', network])(normalText(text).replace(/^@/, ''));

const readItems = (field: string) => (texts: readonly string[]): string[] => {
  const items = [...new Set(texts.map(normalText).filter((text) => text !== ''))];
  if (items.length > itemsMax || items.some((item) => characters(item) > itemLengthMax)) {
    throw new Refusal('FIELD_TOO_LONG', `This field takes at most ${itemsMax} items of at most ${itemLengthMax} characters each.`, ['input', field]);
  }
  return items;
};
