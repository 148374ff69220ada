import { z } from 'zod';

/**
 * Embeddings are kept as 32-bit floats and written as the shortest decimal that names them; rounding gives
 * back the very number of the Float32Array they came from. Checked as a whole: zod's own arrays take seconds
 * for the millions of numbers of a split.
 */
export const Embedding = z
  .custom<number[]>((value) => Array.isArray(value) && value.every((item) => typeof item === 'number'))
  .transform((values) => values.map(Math.fround));
