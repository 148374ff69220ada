import type { HalfPrecision } from '../models/training.js';
import type { Model } from '../models/types.js';
import type { HalfProducts } from '../rewrite/mixedPrecision.js';
import type { TensorData } from '../tensor.js';
import type { TrainingRecipe } from '../train/recipe.js';

/**
 * The precision of a recipe, for graphs that are planned and not run: no weight is rounded, an array that nobody writes
 * stands for what it would be. Undefined for float32.
 */
export function plannedPrecision(
  { parameters }: Model,
  { precision: half = 'float32' }: TrainingRecipe,
  products: HalfProducts,
): HalfPrecision | undefined {
  if (half === 'float32') return undefined;
  const arrays = [...parameters.values()].map(({ data }) => data);
  const longest = arrays.reduce((most, { length }) => Math.max(most, length), 0);
  const words = new Uint16Array(products === 'native' ? longest : 0);
  const rounded = new Map<TensorData, TensorData>(
    arrays.map((data) => [data, products === 'native' ? words.subarray(0, data.length) : data]),
  );
  return { half, products, rounded };
}
