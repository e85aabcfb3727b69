import type { GraphRequest } from '@kith/kernel/request.ts';
import { scopeOf } from '@kith/kernel/viewer.ts';
import type { Database } from './database.ts';
import type { ReadScope } from './readScope.ts';

/** Gives every request its reads: one snapshot, shared by all that is handed the same function. */
export type RequestReads = (request: GraphRequest) => ReadScope;

/** Makes the reads of a process: opened at a request's first read, closed with the request. */
export function requestReads(database: Database): RequestReads {
  const scopes = new WeakMap<GraphRequest, ReadScope>();
  return (request) => {
    const known = scopes.get(request);
    if (known !== undefined) return known;
    const scope = database.reads(scopeOf(request.viewer));
    request.onEnd(() => scope.close());
    scopes.set(request, scope);
    return scope;
  };
}
