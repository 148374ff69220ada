import { describe, expect, it } from '@jest/globals';
import { differentiate } from '../autodiff/differentiate.js';
import { createRunner } from '../exec/createRunner.js';
import { int } from '../graph/attributes.js';
import { encodeModel } from '../graph/encode.js';
import type { Attributes } from '../graph/ir.js';
import { Random } from '../random.js';
import { elementCount, float32Data, float32Tensor, type Tensor } from '../tensor.js';
import { GraphBuilder } from './builder.js';
import type { Operator } from './table.js';

const STEP = 1e-2;
const TOLERANCE = 3e-3;
const SEED = 20261124;

type Dims = readonly number[];

/** Every shape of at most three axes that broadcasts to [2, 3, 4]. */
const SHAPES: readonly Dims[] = [[], [4], [3, 4], [2, 3, 4]].flatMap((full) =>
  full.reduce<number[][]>(
    (shapes, length) =>
      shapes.flatMap((shape) => [
        [...shape, length],
        [...shape, 1],
      ]),
    [[]],
  ),
);
const PAIRS = SHAPES.flatMap((left) => SHAPES.map((right) => [left, right] as const));

interface Row {
  readonly op: Operator;
  readonly attributes?: Attributes;
  /** Operands lie within 1/4 of these, so that no step of the function is near. */
  readonly around: readonly [number, number];
  readonly condition?: Tensor;
}

const ROWS: readonly Row[] = [
  { op: 'Add-14', around: [0, 0] },
  { op: 'Sub-14', around: [0, 0] },
  { op: 'Mul-14', around: [0, 0] },
  { op: 'Div-14', around: [1, 1.5] },
  { op: 'Pow-15', around: [1.5, 1] },
  { op: 'Mod-13', attributes: { fmod: int(1) }, around: [3.5, -2.2] },
  { op: 'Max-13', around: [1, 0] },
  { op: 'Max-13', around: [0, 1] },
  { op: 'Min-13', around: [1, 0] },
  { op: 'Min-13', around: [0, 1] },
  {
    op: 'Where-16',
    around: [0, 0],
    condition: { dtype: 'bool', dims: [2, 1, 1], data: Uint8Array.of(1, 0) },
  },
];

const drawn = (dims: Dims, random: Random, centre: number) =>
  float32Tensor(
    dims,
    Float32Array.from({ length: elementCount(dims) }, () => centre + random.uniform() / 2 - 1 / 4),
  );

/** One model of all pairs: `loss/i` and the gradients of `x/i` and `y/i`. */
function modelOf({ op, attributes, condition }: Row, random: Random): Uint8Array {
  const builder = new GraphBuilder();
  const outputs: Record<string, string> = {};
  PAIRS.forEach((shapes, index) => {
    const operands = ['x', 'y'].map((name, at) => builder.input(`${name}/${index}`, 'float32', shapes[at]!));
    const first = condition ? [builder.constant(condition)] : [];
    const result = builder.emit(op, [...first, ...operands], attributes);
    const weights = builder.constant(drawn(builder.type(result).shape as Dims, random, 0));
    const loss = builder.emit('ReduceSum-13', [builder.emit('Mul-14', [result, weights])], {
      keepdims: int(0),
    });
    outputs[`loss/${index}`] = loss;
    const gradients = differentiate(builder, loss, operands);
    for (const name of operands) outputs[`grad/${name}`] = gradients.get(name)!;
  });
  return encodeModel(builder.build('pairs', outputs));
}

const moved = (feeds: Readonly<Record<string, Tensor>>, along: typeof feeds, step: number) =>
  Object.fromEntries(
    Object.entries(feeds).map(([name, { dims, data }]) => {
      const direction = float32Data(along[name]!);
      const values = (data as Float32Array).map((value, at) => value + step * direction[at]!);
      return [name, float32Tensor(dims, values)] as const;
    }),
  );

describe('operands of every two shapes up to rank 3 have gradients along every direction', () => {
  it('pairs all of them', () => {
    expect(PAIRS).toHaveLength(15 * 15);
  });

  it.each(ROWS.map((row) => [`${row.op} around ${row.around}`, row] as const))('%s', async (_, row) => {
    const random = new Random(SEED);
    const runner = await createRunner(modelOf(row, random), { threads: 1 });
    const draw = (centres: readonly [number, number]) =>
      Object.fromEntries(
        PAIRS.flatMap(([left, right], index) => [
          [`x/${index}`, drawn(left, random, centres[0])] as const,
          [`y/${index}`, drawn(right, random, centres[1])] as const,
        ]),
      );
    const feeds = draw(row.around);
    const losses = Object.fromEntries(PAIRS.map((_pair, index) => [`loss/${index}`, null]));
    const gradients = await runner.run(
      feeds,
      Object.fromEntries(Object.keys(feeds).map((name) => [`grad/${name}`, null])),
    );
    for (let round = 0; round < 3; round += 1) {
      const direction = draw([0, 0]);
      const above = await runner.run(moved(feeds, direction, STEP), losses);
      const below = await runner.run(moved(feeds, direction, -STEP), losses);
      PAIRS.forEach((pair, index) => {
        const loss = `loss/${index}`;
        const slope = (float32Data(above[loss]!)[0]! - float32Data(below[loss]!)[0]!) / (2 * STEP);
        const along = ['x', 'y'].reduce((sum, name) => {
          const gradient = gradients[`grad/${name}/${index}`]!;
          const towards = direction[`${name}/${index}`]!;
          expect(gradient.dims).toEqual(towards.dims);
          return sum + dot(float32Data(gradient), float32Data(towards));
        }, 0);
        const ok = Math.abs(slope - along) <= TOLERANCE * Math.max(1, Math.abs(slope));
        expect({ pair, slope, along, seed: SEED, ok }).toMatchObject({ ok: true });
      });
    }
    await runner.dispose();
  });
});

const dot = (left: Float32Array, right: Float32Array) =>
  left.reduce((sum, value, at) => sum + value * right[at]!, 0);
