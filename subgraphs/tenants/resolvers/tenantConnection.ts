import type { TenantConnectionResolvers, TenantEdgeResolvers } from '../generated/resolvers.ts';

export const TenantConnection: TenantConnectionResolvers = {
  nodes: ({ nodes }) => nodes.map(({ tenant }) => tenant),
};

export const TenantEdge: TenantEdgeResolvers = {
  node: ({ node }) => node.tenant,
};
