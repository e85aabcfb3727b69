import type { GraphQLFieldResolver, GraphQLSchema } from 'graphql';
import { defaultFieldResolver, getDirectiveValues, isObjectType } from 'graphql';
import type { Viewer } from './viewer.ts';

/** A group of viewers a guarded field is open to, as the SDL's `@audience` names it. */
export type Audience = 'SELF' | 'TENANT_ADMINS';

/** Says whether a viewer belongs to a group, seen from what the field hangs on. A subgraph's policy answers it. */
export type BelongsTo<Parent> = (viewer: Viewer, audience: Audience, parent: Parent) => boolean;

/**
 * Makes every field that the SDL marks `@audience` answer null to whoever is not in it: the SDL is the guard, not a note beside it.
 * Changes the schema in place.
 */
export function enforceAudiences<Parent>(schema: GraphQLSchema, belongsTo: BelongsTo<Parent>): void {
  const directive = schema.getDirective('audience');
  if (directive === null || directive === undefined) return;
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      const values = field.astNode ? getDirectiveValues(directive, field.astNode) : undefined;
      if (values !== undefined) field.resolve = guarded(field.resolve ?? defaultFieldResolver, values['who'] as Audience[], belongsTo); // the SDL types `who` as [Audience!]!
    }
  }
}

function guarded<Parent>(resolve: GraphQLFieldResolver<Parent, { viewer: Viewer }>, who: readonly Audience[], belongsTo: BelongsTo<Parent>): GraphQLFieldResolver<Parent, { viewer: Viewer }> {
  return (parent, args, context, info) => (who.some((audience) => belongsTo(context.viewer, audience, parent)) ? resolve(parent, args, context, info) : null);
}
