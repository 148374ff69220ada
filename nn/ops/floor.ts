import { stepwise } from './families.js';

/** The largest whole number that is not above x. */
export const floor = stepwise();
