import { z } from 'zod';

/**
 * Embeddings are kept as 32-bit floats and written as the shortest decimal that names them; rounding gives
 * back the very number of the Float32Array they came from.
 */
export const Embedding = z.array(z.number().transform(Math.fround));
