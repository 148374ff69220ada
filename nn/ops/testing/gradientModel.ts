import { differentiate } from '../../autodiff/differentiate.js';
import { int } from '../../graph/attributes.js';
import { encodeModel } from '../../graph/encode.js';
import type { Random } from '../../random.js';
import { elementCount, float32Tensor, type Tensor } from '../../tensor.js';
import { GraphBuilder } from '../builder.js';
import type { GradientCase } from './gradientCases.js';

export function titleOf({ op, shapes, attributes, constants, outputs }: GradientCase): string {
  const settings = Object.entries(attributes ?? {}).map(([name, { value }]) => `${name}=${value}`);
  return [
    op,
    ...shapes.map((shape) => `[${shape}]`),
    ...(constants ?? []).map(({ data }) => `(${data})`),
    ...settings,
    ...(outputs ? [`${outputs} outputs`] : []),
  ].join(' ');
}

/** A model of one row, and operands drawn for it. */
interface DrawnModel {
  readonly model: Uint8Array;
  readonly feeds: Readonly<Record<string, Tensor>>;
}

export interface GradientModel extends DrawnModel {
  /** Names of the operator's float outputs. */
  readonly results: readonly string[];
}

export interface CurvatureModel extends DrawnModel {
  /** Operands that the first gradients depend on. */
  readonly curved: readonly string[];
}

/**
 * The operator's outputs, `loss`, which is them weighted by fixed random numbers and summed, and `grad/NAME` for each
 * operand.
 */
export function gradientModel(row: GradientCase, random: Random): GradientModel {
  const { builder, operands, results } = applied(row);
  const loss = weightedSum(builder, results, random);
  const gradients = differentiate(builder, loss, operands);
  const names = results.map((_, index) => `result${index}`);
  const outputs = {
    loss,
    ...Object.fromEntries(names.map((name, index) => [name, results[index]!])),
    ...Object.fromEntries(operands.map((name) => [`grad/${name}`, gradients.get(name)!])),
  };
  return {
    model: encodeModel(builder.build('case', outputs)),
    feeds: drawnFeeds(row, operands, random),
    results: names,
  };
}

/**
 * `slope`, which is the first gradients weighted by fixed random numbers and summed, and `curve/NAME`, its gradient,
 * for each operand that it depends on.
 */
export function curvatureModel(row: GradientCase, random: Random): CurvatureModel {
  const { builder, operands, results } = applied(row);
  const first = differentiate(builder, weightedSum(builder, results, random), operands);
  const slope = weightedSum(
    builder,
    operands.map((name) => first.get(name)!),
    random,
  );
  const reached = reachedBy(builder, slope);
  const curved = operands.filter((name) => reached.has(name));
  const second = differentiate(builder, slope, curved);
  const outputs = {
    slope,
    ...Object.fromEntries(curved.map((name) => [`curve/${name}`, second.get(name)!])),
  };
  return {
    model: encodeModel(builder.build('case', outputs)),
    feeds: drawnFeeds(row, operands, random),
    curved,
  };
}

function applied(row: GradientCase) {
  const builder = new GraphBuilder();
  const operands = row.shapes.map((shape, index) => builder.input(`operand${index}`, 'float32', shape));
  const constants = (row.constants ?? []).map((tensor) => builder.constant(tensor));
  const inputs = operands.toSpliced(row.constantsAt ?? operands.length, 0, ...constants);
  const present = Array.from({ length: row.outputs ?? 1 }, () => true);
  const all = builder.emitAll(row.op, inputs, row.attributes ?? {}, present);
  return { builder, operands, results: all.filter((result) => builder.type(result).dtype === 'float32') };
}

function weightedSum(builder: GraphBuilder, values: readonly string[], random: Random): string {
  return values
    .map((value) => {
      const dims = builder.type(value).shape as readonly number[];
      const weighted = builder.emit('Mul-14', [value, builder.constant(drawn(dims, random))]);
      return builder.emit('ReduceSum-13', [weighted], { keepdims: int(0) });
    })
    .reduce((left, right) => builder.emit('Add-14', [left, right]));
}

/** Every value that `end` is computed from through floats. */
function reachedBy(builder: GraphBuilder, end: string): ReadonlySet<string> {
  const reached = new Set([end]);
  for (const { inputs, outputs } of builder.nodes.toReversed()) {
    if (!outputs.some((name) => reached.has(name))) continue;
    for (const name of inputs) if (name && builder.type(name).dtype === 'float32') reached.add(name);
  }
  return reached;
}

function drawnFeeds(
  { shapes, around, awayFromZero, positive }: GradientCase,
  operands: readonly string[],
  random: Random,
) {
  const feeds = operands.map((name, index) => {
    const centre = around?.[index];
    const values = drawn(shapes[index]!, random, (value) => {
      if (centre !== undefined) return centre + 0.1 * Math.tanh(value);
      const moved = value + Math.sign(value) * (awayFromZero ?? 0);
      return positive ? Math.abs(moved) : moved;
    });
    return [name, values] as const;
  });
  return Object.fromEntries(feeds);
}

function drawn(dims: readonly number[], random: Random, place = (value: number) => value): Tensor {
  return float32Tensor(
    dims,
    Float32Array.from({ length: elementCount(dims) }, () => place(random.normal())),
  );
}
