import { extremum } from './extremum.js';

/** The largest element over axes. */
export const reduceMax = extremum();
