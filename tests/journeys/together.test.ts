import { journeysThrough } from './journeys.ts';

journeysThrough('together');
