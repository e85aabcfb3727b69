import { besiege } from './mutations/besieging.ts';
import { pastPolicies } from './mutations/siege.ts';
import { withoutTenantConditions } from './strippedStatements.ts';

// Tenancy is kept twice, by the code and by PostgreSQL's policies: each has to be enough alone against every mutation.
besiege('with every tenant condition taken out of its SQL', () => ({ rewrite: withoutTenantConditions }));
besiege("reading and writing past PostgreSQL's policies", pastPolicies);
