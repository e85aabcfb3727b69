import { type FieldDefinitionNode, Kind } from 'graphql';
import { editThenCompose, type Problem } from '../problem.ts';
import { directiveOn, objectTypesOf } from '../sdlElements.ts';
import { placeOf, type SubgraphDocument } from '../subgraphDocument.ts';

/** How each group of viewers is called in descriptions, in the order in which they are named. */
const groups: Readonly<Record<string, string>> = {
  SELF: 'the person themselves',
  TENANT_MODERATORS: "the tenant's moderators and administrators",
  TENANT_ADMINS: "the tenant's administrators",
  PLATFORM_ADMINISTRATORS: "the platform's administrators",
};

/** The sentence that ends the description of a guarded field. */
export function audienceSentence(who: readonly string[]): string {
  const names = Object.entries(groups).flatMap(([group, name]) => (who.includes(group) ? [name] : []));
  return `Read by ${names.join(' and ')}.`;
}

/** Finds guarded fields whose description does not end by saying who reads them, and fields that say so without being guarded. */
export function findUntoldAudiences(subgraphs: readonly SubgraphDocument[]): Problem[] {
  return subgraphs.flatMap((subgraph) =>
    objectTypesOf(subgraph).flatMap((type) =>
      (type.fields ?? []).flatMap((field) => {
        const fault = faultOf(field);
        return fault === null ? [] : [{ at: placeOf(subgraph, field.name), message: `${type.name.value}.${field.name.value} ${fault}`, fix: editThenCompose('let directive and description say the same') }];
      }),
    ),
  );
}

function faultOf(field: FieldDefinitionNode): string | null {
  const who = audienceOf(field);
  const description = field.description?.value.trim() ?? '';
  if (who === null) return /\bRead by the [^.]*\.$/.test(description) ? 'says who reads it, but no `@audience` sees to it.' : null;
  const sentence = audienceSentence(who);
  return description.endsWith(sentence) ? null : `is guarded: its description has to end with "${sentence}"`;
}

/** The groups a field is guarded for. Null when everybody who reaches it reads it. */
export function audienceOf(field: FieldDefinitionNode): string[] | null {
  const value = directiveOn(field, 'audience')?.arguments?.find(({ name }) => name.value === 'who')?.value;
  return value?.kind === Kind.LIST ? value.values.flatMap((group) => (group.kind === Kind.ENUM ? [group.value] : [])) : null;
}
