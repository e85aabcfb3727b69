import { matrixThrough } from './matrix.ts';

matrixThrough('together', 4, () => ({ topology: 'together' }));
