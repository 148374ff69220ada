import { differentiate } from '../../autodiff/differentiate.js';
import { encodeModel } from '../../graph/encode.js';
import type { Random } from '../../random.js';
import { elementCount, float32Tensor, type Tensor } from '../../tensor.js';
import { GraphBuilder } from '../builder.js';
import type { GradientCase } from './gradientCases.js';

export function titleOf({ op, shapes, attributes, constants }: GradientCase): string {
  const settings = Object.entries(attributes ?? {}).map(([name, { value }]) => `${name}=${value}`);
  return [
    op,
    ...shapes.map((shape) => `[${shape}]`),
    ...(constants ?? []).map(({ data }) => `(${data})`),
    ...settings,
  ].join(' ');
}

/** A model of one row, and operands drawn for it. */
export interface GradientModel {
  readonly model: Uint8Array;
  readonly feeds: Readonly<Record<string, Tensor>>;
  /** Names of the operator's outputs. */
  readonly results: readonly string[];
}

/**
 * The operator's outputs, `loss`, which is them weighted by fixed random numbers and summed, and `grad/NAME` for each
 * operand.
 */
export function gradientModel(row: GradientCase, random: Random): GradientModel {
  const builder = new GraphBuilder();
  const operands = row.shapes.map((shape, index) => builder.input(`operand${index}`, 'float32', shape));
  const constants = (row.constants ?? []).map((tensor) => builder.constant(tensor));
  const inputs = row.constantsFirst ? [...constants, ...operands] : [...operands, ...constants];
  const present = Array.from({ length: row.outputs ?? 1 }, () => true);
  const results = builder.emitAll(row.op, inputs, row.attributes ?? {}, present);
  const loss = results
    .map((result) => {
      const dims = builder.type(result).shape as readonly number[];
      const weighted = builder.emit('Mul-14', [result, builder.constant(drawn(dims, random))]);
      return builder.emit('ReduceSum-13', [weighted], { keepdims: { kind: 'int', value: 0 } });
    })
    .reduce((left, right) => builder.emit('Add-14', [left, right]));
  const gradients = differentiate(builder, loss, operands);
  const names = results.map((_, index) => `result${index}`);
  const outputs = {
    loss,
    ...Object.fromEntries(names.map((name, index) => [name, results[index]!])),
    ...Object.fromEntries(operands.map((name) => [`grad/${name}`, gradients.get(name)!])),
  };
  const feeds = operands.map((name, index) => {
    return [name, drawn(row.shapes[index]!, random, row.awayFromZero, row.positive)] as const;
  });
  return {
    model: encodeModel(builder.build('case', outputs)),
    feeds: Object.fromEntries(feeds),
    results: names,
  };
}

function drawn(dims: readonly number[], random: Random, awayFromZero = 0, positive = false): Tensor {
  const values = Float32Array.from({ length: elementCount(dims) }, () => {
    const value = random.normal();
    const moved = value + Math.sign(value) * awayFromZero;
    return positive ? Math.abs(moved) : moved;
  });
  return float32Tensor(dims, values);
}
