import { editThenCompose, type Problem } from '../problem.ts';
import { directiveOn, directiveText, elementsOf } from '../sdlElements.ts';
import { placeOf, type SubgraphDocument } from '../subgraphDocument.ts';

/**
 * Finds deprecations that do not say what to do instead and until when: the reason must be there, name the
 * replacement between backticks and give the date of removal, as in "Use `profile`; goes on 2027-06-30."
 */
export function findBareDeprecations(subgraphs: readonly SubgraphDocument[]): Problem[] {
  return subgraphs.flatMap((subgraph) =>
    elementsOf(subgraph).flatMap(({ coordinate, node }) => {
      const deprecated = directiveOn(node, 'deprecated');
      if (deprecated === undefined) return [];
      const missing = missingFrom((directiveText(deprecated, 'reason') ?? '').trim());
      if (missing === undefined) return [];
      return [
        {
          at: placeOf(subgraph, deprecated),
          message: `${coordinate} is deprecated without ${missing}.`,
          fix: editThenCompose('write @deprecated(reason: "Use `replacement`; goes on YYYY-MM-DD.")'),
        },
      ];
    }),
  );
}

function missingFrom(reason: string): string | undefined {
  if (reason === '') return 'a reason';
  if (!/`[^`]+`/.test(reason)) return 'naming its replacement between backticks';
  if (!/\b\d{4}-\d{2}-\d{2}\b/.test(reason)) return 'a removal date';
  return undefined;
}
