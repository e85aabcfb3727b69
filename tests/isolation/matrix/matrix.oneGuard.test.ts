import { withoutTenantConditions } from '../strippedStatements.ts';
import { matrixThrough } from './matrix.ts';

// Tenancy is kept twice, by the code and by PostgreSQL's policies: each has to be enough alone, for every field and every viewer.
matrixThrough('with every tenant condition taken out of its SQL', 4, () => ({ rewrite: withoutTenantConditions }));
matrixThrough("reading past PostgreSQL's policies", 4, (url) => ({ environment: { READER_DATABASE_URL: url } }));
