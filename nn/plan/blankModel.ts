import { buildModel } from '../models/buildModel.js';
import { configFields } from '../models/configFields.js';
import { familyOf } from '../models/families.js';
import type { Model, Task } from '../models/types.js';
import { elementCount, type Tensor } from '../tensor.js';

export interface BlankSource {
  /** The parsed Hugging Face `config.json`. */
  readonly configJson: unknown;
  readonly task: Task;
  readonly labels?: readonly string[];
}

/**
 * The model of a configuration without its weights: all parameters are views on one array that nobody writes, so
 * that planning for billions of them takes no memory to speak of. Throws as `buildModel`.
 */
export function blankModel({ configJson, task, labels = [] }: BlankSource): Model {
  const fields = configFields(configJson);
  const family = familyOf(fields);
  const table = family.parameters(family.readConfig(fields, new Map()), { task, labels: labels.length });
  const shapes = [...table].map(([name, { shape }]) => ({ name, shape, count: elementCount(shape) }));
  const shared = new ArrayBuffer(4 * shapes.reduce((most, { count }) => Math.max(most, count), 0));
  const weights = new Map<string, Tensor>(
    shapes.map(({ name, shape, count }) => [
      name,
      { dtype: 'float32', dims: shape, data: new Float32Array(shared, 0, count) },
    ]),
  );
  return buildModel({ configJson, weights, task, labels, seed: 0 });
}
