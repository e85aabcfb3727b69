import { matrixThrough } from './matrix.ts';

matrixThrough('apart', 4, () => ({ topology: 'apart' }));
