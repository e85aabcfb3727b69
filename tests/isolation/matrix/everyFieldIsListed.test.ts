import { buildASTSchema, extendSchema, parse } from 'graphql';
import { describe, expect, test } from 'vitest';
import { listedAudiences } from './fieldRules.ts';
import { apiSchema, markedAudiences, strayRules, unexplainedAnswers, unlistedFields } from './schemaFields.ts';

const schema = apiSchema();
const withPlanted = (sdl: string) => extendSchema(schema, parse(sdl));

describe('who reads a field', () => {
  test('is said of every field that a query can reach', () => {
    expect(unlistedFields(schema), 'say in tests/isolation/matrix/fieldRules.ts who reads these').toEqual([]);
  });

  test('is said of no field that is not there', () => {
    expect(strayRules(schema)).toEqual([]);
  });

  test('is said by the table exactly as the SDL says it with @audience', () => {
    expect(Object.fromEntries(listedAudiences())).toEqual(Object.fromEntries(markedAudiences()));
  });

  test('need not be said of payloads, and of what else only mutations answer for the reasons given', () => {
    expect(unexplainedAnswers(schema)).toEqual([]);
  });
});

describe('a planted fault is found:', () => {
  test('a field nobody has listed', () => {
    expect(unlistedFields(withPlanted('extend type User { shoeSize: Int }'))).toEqual(['User.shoeSize']);
  });

  test('the fields of a type nobody has listed, and one of a page that is no part of every page', () => {
    const planted = withPlanted('type Shoe { size: Int } extend type Profile { shoe: Shoe } extend type UserConnection { shoes: Int }');
    expect(unlistedFields(planted).toSorted()).toEqual(['Profile.shoe', 'Shoe.size', 'UserConnection.shoes']);
  });

  test('an entry of a field that went', () => {
    expect(strayRules(buildASTSchema(parse('type Query { me: User } type User { id: ID! }')))).toContain('User.email');
  });

  test('a guard that the SDL has and the table has not', () => {
    expect(markedAudiences(['type User { shoeSize: Int @audience(who: [TENANT_ADMINS, SELF]) }'])).toEqual(new Map([['User.shoeSize', ['SELF', 'TENANT_ADMINS']]]));
  });

  test('a type that only mutations answer', () => {
    expect(unexplainedAnswers(withPlanted('type Receipt { total: Int } type BuyPayload { receipt: Receipt } extend type Mutation { buy: BuyPayload! }'))).toEqual(['Receipt']);
  });
});
