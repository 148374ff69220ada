import { plus } from './elements.js';
import { binary } from './families.js';

/** z = x + y. */
export const add = binary([(_, { dz }) => dz, (_, { dz }) => dz], plus);
