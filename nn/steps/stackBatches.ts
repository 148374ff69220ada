import { NnError } from '../errors.js';
import type { ValueInfo } from '../graph/ir.js';
import { elementCount, int64Tensor, type Tensor, type TensorData } from '../tensor.js';
import { axesOf, lengthName } from './stacks.js';

/** What one step feeds the training graph, by input. */
export type StepFeeds = Readonly<Record<string, Tensor>>;

/**
 * The feeds of several steps as the feeds of a step loop: each input stacked, zeros after what is shorter than the longest
 * step, and the lengths. Throws SHAPE_MISMATCH where a step lacks an input, or two inputs disagree on a length.
 */
export function stackBatches(inputs: readonly ValueInfo[], steps: readonly StepFeeds[]): StepFeeds {
  const stacks = inputs.map((input) => [input.name, stackOf(input, steps)] as const);
  const lengths = steps.map((feeds) => lengthsOf(inputs, feeds));
  const axes = [...(lengths[0]?.keys() ?? [])].map((axis) => {
    const values = BigInt64Array.from(lengths, (found) => BigInt(found.get(axis)!));
    return [lengthName(axis), int64Tensor([steps.length], values)] as const;
  });
  return Object.fromEntries([...stacks, ...axes]);
}

function stackOf(input: ValueInfo, steps: readonly StepFeeds[]): Tensor {
  const tensors = steps.map((feeds) => feedOf(input, feeds));
  const longest = input.shape.map((_, axis) => Math.max(...tensors.map(({ dims }) => dims[axis]!)));
  const dims = [steps.length, ...longest];
  const size = elementCount(longest);
  const data = zeros(tensors[0]!.data, elementCount(dims));
  tensors.forEach((tensor, step) => {
    place(tensor, data, longest, step * size);
  });
  return { dtype: input.dtype, dims, data };
}

function feedOf({ name, dtype, shape }: ValueInfo, feeds: StepFeeds): Tensor {
  const found = feeds[name];
  if (found?.dtype === dtype && found.dims.length === shape.length) return found;
  const given = found ? `${found.dtype} [${found.dims}]` : 'nothing';
  throw new NnError('SHAPE_MISMATCH', `input '${name}' takes ${dtype} [${shape}], a step gives ${given}`);
}

function zeros(like: TensorData, count: number): TensorData {
  if (like instanceof BigInt64Array) return new BigInt64Array(count);
  if (like instanceof Float32Array) return new Float32Array(count);
  return like instanceof Int32Array ? new Int32Array(count) : new Uint8Array(count);
}

/** Writes a tensor into the corner of a larger one of shape `longest` that starts at `offset`. */
function place({ dims, data }: Tensor, target: TensorData, longest: readonly number[], offset: number): void {
  const width = dims.at(-1) ?? 1;
  const rows = width === 0 ? 0 : data.length / width;
  for (let row = 0; row < rows; row += 1) {
    let [rest, at, size] = [row, 0, longest.at(-1) ?? 1];
    for (let axis = dims.length - 2; axis >= 0; axis -= 1) {
      at += (rest % dims[axis]!) * size;
      rest = Math.floor(rest / dims[axis]!);
      size *= longest[axis]!;
    }
    const values = data.subarray(row * width, (row + 1) * width);
    (target as Int32Array).set(values as Int32Array, offset + at);
  }
}

/** How long each open axis is at a step. */
function lengthsOf(inputs: readonly ValueInfo[], feeds: StepFeeds): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const input of inputs) {
    const { dims } = feedOf(input, feeds);
    input.shape.forEach((length, axis) => {
      const [name, ...others] = axesOf(length);
      if (name === undefined || others.length > 0) return;
      const factors = String(length)
        .split('*')
        .filter((factor) => factor !== name);
      const own = dims[axis]! / factors.reduce((product, factor) => product * Number(factor), 1);
      if (!Number.isInteger(own) || (found.get(name) ?? own) !== own) {
        throw new NnError(
          'SHAPE_MISMATCH',
          `axis ${axis} of '${input.name}' is ${dims[axis]}, not ${length}`,
        );
      }
      found.set(name, own);
    });
  }
  return found;
}
