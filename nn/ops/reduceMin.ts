import { extremum } from './extremum.js';

/** The smallest element over axes. */
export const reduceMin = extremum();
