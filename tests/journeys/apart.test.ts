import { journeysThrough } from './journeys.ts';

journeysThrough('apart');
