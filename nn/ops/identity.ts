import { unary } from './families.js';

/** y = x, under another name. */
export const identity = unary((_, { dy }) => dy, 0);
