import { stepwise } from './families.js';

/** The smallest whole number that is not below x. */
export const ceil = stepwise();
