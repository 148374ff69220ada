import { NnError } from '../errors.js';
import { float32Data, float32Tensor, type Tensor } from '../tensor.js';
import { adaptedModules, factorNames, type LoraAdapter, loraScale } from './types.js';

/**
 * A model's weights with an adapter's part added in: W + scale B A for adapted modules (transposed for weights
 * [in, out]), the adapter's own for saved ones; all others are the same tensors. Summed in float64.
 *
 * Throws SHAPE_MISMATCH where the adapter is one of another model.
 */
export function mergeLora(weights: ReadonlyMap<string, Tensor>, adapter: LoraAdapter): Map<string, Tensor> {
  const merged = new Map(weights);
  const factors = new Set<string>();
  for (const module of adaptedModules(adapter)) {
    const { a, b } = factorNames(module);
    factors.add(a).add(b);
    const name = `${module}.weight`;
    const [left, right] = [adapter.parameters.get(a), adapter.parameters.get(b)];
    const weight = weights.get(name);
    if (!left || !right || !weight) throw mismatch(`the model has no weight '${name}'`);
    merged.set(name, addProduct(name, weight, left, right, adapter));
  }
  for (const [name, tensor] of adapter.parameters) {
    if (factors.has(name)) continue;
    const replaced = weights.get(name);
    if (replaced?.dtype !== tensor.dtype || replaced.dims.join() !== tensor.dims.join()) {
      throw mismatch(
        `it replaces '${name}' by ${tensor.dtype} [${tensor.dims}], the model's is ${replaced?.dtype} [${replaced?.dims}]`,
      );
    }
    merged.set(name, tensor);
  }
  return merged;
}

function addProduct(name: string, weight: Tensor, a: Tensor, b: Tensor, { config }: LoraAdapter): Tensor {
  const [rank, input] = a.dims as [number, number];
  const output = b.dims[0]!;
  const expected = config.fanInFanOut ? [input, output] : [output, input];
  if (weight.dims.join() !== expected.join()) {
    throw mismatch(`it adapts '${name}' as [${expected}], the model's is [${weight.dims}]`);
  }
  const values = float32Data(weight).slice();
  const [left, right] = [float32Data(a), float32Data(b)];
  const scale = loraScale(config);
  const row = new Float64Array(input);
  const [rowStride, columnStride] = config.fanInFanOut ? [1, output] : [input, 1];
  for (let i = 0; i < output; i += 1) {
    row.fill(0);
    for (let k = 0; k < rank; k += 1) {
      const factor = scale * right[i * rank + k]!;
      for (let j = 0; j < input; j += 1) row[j]! += factor * left[k * input + j]!;
    }
    for (let j = 0; j < input; j += 1) values[i * rowStride + j * columnStride]! += row[j]!;
  }
  return float32Tensor(weight.dims, values);
}

function mismatch(found: string): NnError {
  return new NnError('SHAPE_MISMATCH', `the adapter does not fit the model: ${found}`);
}
