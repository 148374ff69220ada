import { int } from '../graph/attributes.js';
import type { Dimension, ValueInfo } from '../graph/ir.js';
import type { GraphBuilder } from '../ops/builder.js';

/** Name of the input that says how long an open axis is at each step. */
export function lengthName(axis: string): string {
  return `length/${axis}`;
}

/** The names in a length such as `3*triplets`. */
export function axesOf(length: Dimension): string[] {
  return String(length)
    .split('*')
    .filter((factor) => !/^\d+$/.test(factor));
}

/** Declares each of `inputs` with the steps stacked along a new first axis, and the lengths of their open axes. */
export function declareStacks(builder: GraphBuilder, inputs: readonly ValueInfo[]): void {
  const axes = new Set(inputs.flatMap(({ shape }) => shape.flatMap(axesOf)));
  for (const axis of axes) builder.input(lengthName(axis), 'int64', ['steps']);
  for (const { name, dtype, shape } of inputs) {
    // The longest of the steps; another length than that of a step, so it has another name.
    const longest = shape.map((length, axis) => (typeof length === 'number' ? length : `${name}.${axis}`));
    builder.input(name, dtype, ['steps', ...longest]);
  }
}

/** Each input at step `number`, without the padding up to the longest step. */
export function takeStep(
  body: GraphBuilder,
  inputs: readonly ValueInfo[],
  number: string,
): ReadonlyMap<string, string> {
  const lengthOf = (length: Dimension) =>
    body.once(`length of ${length}`, () => emitLength(body, length, number));
  return new Map(
    inputs.map(({ name, shape }) => {
      const padded = body.emit('Gather-13', [name, number], { axis: int(0) });
      const open = shape.flatMap((length, axis) => (typeof length === 'string' ? [{ length, axis }] : []));
      if (open.length === 0) return [name, padded];
      const starts = body.indices(open.map(() => 0));
      const ends = body.emit(
        'Concat-13',
        open.map(({ length }) => lengthOf(length)),
        { axis: int(0) },
      );
      const axes = body.indices(open.map(({ axis }) => axis));
      return [name, body.emit('Slice-13', [padded, starts, ends, axes])];
    }),
  );
}

/** int64 [1]: a length that may be a product. */
function emitLength(body: GraphBuilder, length: Dimension, number: string): string {
  const axes = axesOf(length).map((axis) =>
    body.emit('Gather-13', [lengthName(axis), number], { axis: int(0) }),
  );
  const factors = String(length)
    .split('*')
    .filter((factor) => /^\d+$/.test(factor))
    .map((factor) => body.indices([Number(factor)]));
  const vectors = axes.map((axis) => body.emit('Reshape-19', [axis, body.indices([1])]));
  return [...vectors, ...factors].reduce((left, right) => body.emit('Mul-14', [left, right]));
}
