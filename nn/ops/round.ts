import { stepwise } from './families.js';

/** The nearest whole number, the even one of two. */
export const round = stepwise();
