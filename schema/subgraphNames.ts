/** The subgraphs of the graph, in the order people read about them. */
export const subgraphNames = ['users', 'tenants', 'sessions', 'gamification'] as const;

/** The name of a subgraph: its SDL file, its folder and its PostgreSQL schema all bear it. */
export type SubgraphName = (typeof subgraphNames)[number];
