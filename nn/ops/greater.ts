import { comparison } from './families.js';

/** Element-wise comparison. */
export const greater = comparison();
