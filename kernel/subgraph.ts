import { buildSubgraphSchema } from '@apollo/subgraph';
import type { DocumentNode, ExecutionResult, GraphQLFormattedError, GraphQLSchema } from 'graphql';
import { GraphQLError, execute, parse, validate } from 'graphql';
import { LRUCache } from 'lru-cache';
import { RequestError, faultMessage } from './errors.ts';
import type { GatewayNotes } from './gatewayNotes.ts';
import type { Log } from './log.ts';
import type { GraphRequest } from './request.ts';

/** What the gateway asks a subgraph. */
export interface SubgraphOperation {
  readonly query: string;
  readonly variables?: Record<string, unknown> | undefined;
  readonly operationName?: string | undefined;
}

/** What a subgraph answers: ready to be sent, faults already masked. */
export interface SubgraphAnswer {
  data?: ExecutionResult['data'];
  errors?: readonly GraphQLFormattedError[];
  extensions?: Record<string, unknown>;
}

/** A subgraph, wherever it runs: in this process or behind HTTP. */
export interface Subgraph {
  readonly name: string;
  call(request: GraphRequest, operation: SubgraphOperation): Promise<SubgraphAnswer>;
}

/** What every subgraph's context can do beside what is its own. */
export interface SubgraphContext {
  /** Told to the gateway beside the data, for its own eyes. */
  readonly notes: GatewayNotes;
}

type Resolvers = NonNullable<Extract<Parameters<typeof buildSubgraphSchema>[0], { resolvers?: unknown }>['resolvers']>;

/** Builds a subgraph's schema from its SDL and resolvers. */
export function buildSchema(sdl: string, resolvers: object): GraphQLSchema {
  const schema = buildSubgraphSchema([{ typeDefs: parse(sdl), resolvers: resolvers as Resolvers }]); // the generated resolver types check them more closely than this one
  limitEntities(schema);
  return schema;
}

/** An entity lookup resolves so many people at the most: the gateway asks page by page. */
const representationsMax = 1_000;

/** Refuses BAD_REQUEST for a lookup of too many entities, however they are written. Changes the schema in place. */
function limitEntities(schema: GraphQLSchema): void {
  const field = schema.getQueryType()?.getFields()['_entities'];
  const resolve = field?.resolve;
  if (field === undefined || resolve === undefined) return;
  field.resolve = (source, args: { representations: readonly unknown[] }, context, info) => {
    if (args.representations.length > representationsMax) throw new RequestError('BAD_REQUEST', `More than ${representationsMax} entities were asked for at once.`);
    return resolve(source, args, context, info);
  };
}

/**
 * Makes a subgraph of a schema. The context is made once per request, so that loaders are shared by all calls of it.
 * Refusals pass as they are; every other error is logged under the request's id and masked.
 */
export function makeSubgraph<Context extends SubgraphContext>(options: {
  name: string;
  schema: GraphQLSchema;
  contextOf: (request: GraphRequest) => Context;
  log: Log;
}): Subgraph {
  const { name, schema, contextOf, log } = options;
  const operations = new LRUCache<string, DocumentNode>({ max: 1_000 });
  const contexts = new WeakMap<GraphRequest, Context>();

  const contextFor = (request: GraphRequest): Context => {
    const context = contexts.get(request) ?? contextOf(request);
    contexts.set(request, context);
    return context;
  };
  const documentOf = (query: string): DocumentNode => {
    const known = operations.get(query);
    if (known !== undefined) return known;
    const document = parse(query, { noLocation: true });
    const [invalid] = validate(schema, document);
    if (invalid !== undefined) throw invalid;
    operations.set(query, document);
    return document;
  };

  return {
    name,
    async call(request, { query, variables = {}, operationName }) {
      try {
        const document = documentOf(query);
        const context = contextFor(request);
        const { data, errors } = await execute({ schema, document, contextValue: context, variableValues: variables, operationName: operationName ?? null });
        return {
          ...(data === undefined ? {} : { data }),
          ...(errors === undefined ? {} : { errors: errors.map((error) => shown(error, request, log)) }),
          ...(Object.keys(context.notes).length === 0 ? {} : { extensions: { ...context.notes } }),
        };
      } catch (error) {
        return { errors: [shown(error, request, log)] };
      }
    },
  };
}

/** An error as the caller may see it. */
function shown(error: unknown, request: GraphRequest, log: Log): GraphQLFormattedError {
  const cause = error instanceof GraphQLError ? error.originalError : error;
  const where = error instanceof GraphQLError && error.path ? { path: error.path } : {};
  if (cause instanceof RequestError) return { message: cause.message, ...where, extensions: { code: cause.code } };
  // Without a cause it is graphql-js itself that says what is wrong with the operation or its variables.
  if (error instanceof GraphQLError && cause === undefined) return { message: error.message, ...where, extensions: { code: 'BAD_REQUEST' } };
  log.error({ err: cause, requestId: request.requestId, ...where }, 'a resolver failed');
  return { message: faultMessage, ...where, extensions: { code: 'INTERNAL', requestId: request.requestId } };
}
