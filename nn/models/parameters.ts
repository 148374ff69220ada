import { NnError } from '../errors.js';
import { Random } from '../random.js';
import { elementCount, float32Tensor, type Tensor } from '../tensor.js';

/** `initializer_range` of the published models: the deviation of a fresh weight. */
const INITIALIZER_DEVIATION = 0.02;

export interface ParameterSpec {
  readonly shape: readonly number[];
  /** `required` must be in the checkpoint, `optional` may be absent, `replaceable` may also have another shape. */
  readonly presence: 'required' | 'optional' | 'replaceable';
  /** How a value that is not taken from the checkpoint is made. */
  readonly fresh: 'normal' | 'zeros' | 'ones';
}

export type ParameterTable = ReadonlyMap<string, ParameterSpec>;

/** Lists parameters under a presence; the methods name what layers are made of. */
export class ParameterList {
  readonly table = new Map<string, ParameterSpec>();
  #presence: ParameterSpec['presence'] = 'required';

  /** What follows is listed with this presence. */
  presence(presence: ParameterSpec['presence']): this {
    this.#presence = presence;
    return this;
  }

  /** A matrix or a lookup table. */
  weight(name: string, shape: readonly number[]): this {
    return this.#add(name, shape, 'normal');
  }

  /** A Hugging Face linear layer, weight [to, from]. */
  linear(name: string, from: number, to: number, bias = true): this {
    this.weight(`${name}.weight`, [to, from]);
    return bias ? this.#add(`${name}.bias`, [to], 'zeros') : this;
  }

  bias(name: string, width: number): this {
    return this.#add(name, [width], 'zeros');
  }

  /** Gain and shift of a layer normalisation. */
  norm(name: string, width: number): this {
    return this.gain(name, width).#add(`${name}.bias`, [width], 'zeros');
  }

  /** Gain alone, of an RMS normalisation. */
  gain(name: string, width: number): this {
    return this.#add(`${name}.weight`, [width], 'ones');
  }

  #add(name: string, shape: readonly number[], fresh: ParameterSpec['fresh']): this {
    this.table.set(name, { shape, presence: this.#presence, fresh });
    return this;
  }
}

/**
 * The parameters of `table` from a checkpoint whose names may lack `prefix`. What may be absent is then drawn from
 * N(0, 0.02) by `seed`, biases zero, gains one. Throws BASE_MODEL_UNSUPPORTED for a missing or misshapen weight.
 */
export function loadParameters(
  table: ParameterTable,
  prefix: string,
  weights: ReadonlyMap<string, Tensor>,
  seed: number,
): Map<string, Tensor> {
  const random = new Random(seed);
  const parameters = new Map<string, Tensor>();
  for (const [name, { shape, presence, fresh }] of table) {
    const bare = name.startsWith(prefix) ? name.slice(prefix.length) : name;
    const stored = weights.get(name) ?? weights.get(bare);
    if (stored && sameDims(stored.dims, shape)) {
      parameters.set(name, requireFloat32(name, stored));
    } else if (presence === 'replaceable' || (presence === 'optional' && !stored)) {
      parameters.set(name, made(shape, fresh, random));
    } else {
      const found = stored ? `its shape is [${stored.dims}]` : 'it is missing';
      throw new NnError(
        'BASE_MODEL_UNSUPPORTED',
        `the checkpoint needs '${name}' of shape [${shape}]; ${found}`,
        { details: { parameter: name, expected: shape, found: stored?.dims } },
      );
    }
  }
  return parameters;
}

function made(shape: readonly number[], fresh: ParameterSpec['fresh'], random: Random): Tensor {
  if (fresh === 'zeros') return float32Tensor(shape);
  const length = elementCount(shape);
  const value = fresh === 'ones' ? () => 1 : () => random.normal() * INITIALIZER_DEVIATION;
  return float32Tensor(shape, Float32Array.from({ length }, value));
}

function requireFloat32(name: string, tensor: Tensor): Tensor {
  if (tensor.dtype === 'float32') return tensor;
  throw new NnError(
    'BASE_MODEL_UNSUPPORTED',
    `'${name}' must hold floating-point values, it holds ${tensor.dtype}`,
  );
}

function sameDims(left: readonly number[], right: readonly number[]): boolean {
  return left.length === right.length && left.every((length, axis) => length === right[axis]);
}
