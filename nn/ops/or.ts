import { connective } from './families.js';

/** Element-wise on truth values. */
export const or = connective();
