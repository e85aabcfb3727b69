import { GraphQLError, GraphQLScalarType, Kind } from 'graphql';
import { GraphQLDateTimeISO, GraphQLJSONObject, GraphQLLocalDate } from 'graphql-scalars';

/** `DateTime`: a moment in UTC, ISO 8601 with milliseconds. */
export const DateTime = GraphQLDateTimeISO;

/** `Date`: a day, ISO 8601. */
export const DateScalar = new GraphQLScalarType<string, string>({ ...GraphQLLocalDate.toConfig(), name: 'Date' });

/** `JSONObject`: an object of JSON, whatever is in it. */
export const JSONObject = GraphQLJSONObject;

// Points have at most 15 digits before the point and 4 behind it: numeric(19, 4).
const decimal = /^-?\d{1,15}(\.\d{1,4})?$/;

function parseDecimal(value: unknown): string {
  if (typeof value !== 'string' || !decimal.test(value)) throw new GraphQLError('A Decimal is a string such as "12.5000", with at most 15 digits before the point and 4 behind it.');
  return value;
}

/** `Decimal`: an exact decimal number as a string. Numbers are refused: a float has lost its digits before we could look. */
export const Decimal = new GraphQLScalarType<string, string>({
  name: 'Decimal',
  serialize: parseDecimal,
  parseValue: parseDecimal,
  parseLiteral: (node) => parseDecimal(node.kind === Kind.STRING ? node.value : null),
});
