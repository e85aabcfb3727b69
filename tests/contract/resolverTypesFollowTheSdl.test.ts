import { findStrayParents, parentTypeNames } from '@kith/schema/parentTypes.ts';
import { resolverTypesOf } from '@kith/schema/resolverTypes.ts';
import { subgraphSdl } from '@kith/schema/sdl.ts';
import { subgraphNames } from '@kith/schema/subgraphNames.ts';
import { expect, test } from 'vitest';
import { aSubgraph, messagesOf } from './planted.ts';

const parents = 'export interface UserParent { id: string }\nexport type ProfileParent = UserParent;\n// export type NotParent = 1\n';

/** Writes the resolver types of the users subgraph with the parents above. */
async function usersTypes(): Promise<string> {
  const types = await resolverTypesOf([{ name: 'users', sdl: subgraphSdl('users'), parents }]);
  return types.get('users') ?? '';
}

test('every subgraph gets resolver types with its own context', async () => {
  const types = await resolverTypesOf(subgraphNames.map((name) => ({ name, sdl: subgraphSdl(name), parents: '' })));
  expect([...types.keys()]).toEqual([...subgraphNames]);
  expect(types.get('tenants')).toContain("import type { TenantsContext } from '../context.ts';");
  expect(types.get('sessions')).toContain('sessionSignIn?: Resolver<');
});

test('an exported parent becomes the parent of its type, whether interface or type', async () => {
  expect(parentTypeNames(parents)).toEqual(['User', 'Profile']);
  const types = await usersTypes();
  expect(types).toMatch(/import type \{ UserParent, ProfileParent \} from '\.\.\/parents\.ts'/);
  expect(types).toContain('User: UserParent;');
});

test('a connection is a page of the parents of its nodes', async () => {
  expect(await usersTypes()).toContain("UserConnection: Page<ResolversParentTypes['User']>;");
});

test('an entity can be resolved from its key', async () => {
  expect(await usersTypes()).toContain('__resolveReference?: ReferenceResolver<');
});

test('a parent of a type that the subgraph does not have is found', () => {
  const subgraph = aSubgraph('type User { id: ID! } enum Role { USER }', 'users');
  expect(findStrayParents(subgraph, parents)).toMatchObject([
    { at: 'subgraphs/users/parents.ts', message: 'ProfileParent is exported, but schema/users.graphql has no object type Profile.' },
  ]);
  expect(messagesOf(findStrayParents(subgraph, 'export type RoleParent = 1;'))).toHaveLength(1);
});
