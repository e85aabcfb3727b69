import { apiSchemaOf } from '@kith/schema/apiSchema.ts';
import { exampleFiles } from '@kith/schema/exampleOperations.ts';
import { splitExample } from '@kith/schema/exampleFrontMatter.ts';
import { supergraphSdl } from '@kith/schema/sdl.ts';
import type { GraphQLObjectType } from 'graphql';
import { TypeInfo, getNamedType, isObjectType, parse, visit, visitWithTypeInfo } from 'graphql';
import { expect, test } from 'vitest';

const schema = apiSchemaOf(supergraphSdl());

/** Things of their own: relations lead to them, and what they have are no relations of the person any more. */
const entities = ['User', 'Tenant'];

/** Lists the relations of people: every field that leads on from a person to something, over as many steps as it takes, the pages of lists passed over. */
function relationsFrom(type: GraphQLObjectType, seen = new Set<string>()): string[] {
  if (seen.has(type.name)) return [];
  seen.add(type.name);
  return Object.values(type.getFields()).flatMap((field) => {
    const target = itemOf(getNamedType(field.type));
    if (!isObjectType(target)) return [];
    return [`${type.name}.${field.name}`, ...(entities.includes(target.name) ? [] : relationsFrom(target, seen))];
  });
}

function itemOf(type: ReturnType<typeof getNamedType>): ReturnType<typeof getNamedType> {
  const nodes = isObjectType(type) && type.name.endsWith('Connection') ? type.getFields()['nodes'] : undefined;
  return nodes === undefined ? type : getNamedType(nodes.type);
}

function personType(): GraphQLObjectType {
  const type = schema.getType('User');
  if (!isObjectType(type)) throw new Error('there is no type User');
  return type;
}

function coordinatesOf(operation: string): Set<string> {
  const found = new Set<string>();
  const types = new TypeInfo(schema);
  visit(parse(operation), visitWithTypeInfo(types, { Field: ({ name }) => void found.add(`${types.getParentType()?.name}.${name.value}`) }));
  return found;
}

test('a person has at least 45 relations over the four subgraphs', () => {
  expect(relationsFrom(personType()).length).toBeGreaterThanOrEqual(45);
});

test('one example asks for every one of them', () => {
  const example = exampleFiles().find(({ fileName }) => fileName.includes('everything-about-people'));
  const asked = coordinatesOf(splitExample(example?.source ?? '').operationText);
  expect(relationsFrom(personType()).filter((relation) => !asked.has(relation))).toEqual([]);
});
