import { describe, expect, it } from '@jest/globals';
import { differentiate } from '../autodiff/differentiate.js';
import { createRunner } from '../exec/onnxRuntime.js';
import { encodeModel } from '../graph/encode.js';
import { Random } from '../random.js';
import { elementCount, float32Data, float32Tensor, type Tensor } from '../tensor.js';
import { GraphBuilder } from './builder.js';
import { OPERATORS } from './table.js';
import { GRADIENT_CASES, type GradientCase } from './testing/gradientCases.js';

// Central differences of float32 values: the step's truncation and rounding errors are both near 1e-4.
const STEP = 1e-2;
const TOLERANCE = 3e-3;
const SEED = 20261123;

const title = ({ op, shapes, attributes, constants }: GradientCase) => {
  const settings = Object.entries(attributes ?? {}).map(([name, { value }]) => `${name}=${value}`);
  return [
    op,
    ...shapes.map((shape) => `[${shape}]`),
    ...(constants ?? []).map(({ data }) => `(${data})`),
    ...settings,
  ].join(' ');
};

/** The loss is the operator's outputs weighted by fixed random numbers and summed. */
function modelOf(row: GradientCase, random: Random) {
  const builder = new GraphBuilder();
  const operands = row.shapes.map((shape, index) => builder.input(`operand${index}`, 'float32', shape));
  const constants = (row.constants ?? []).map((tensor) => builder.constant(tensor));
  const inputs = row.constantsFirst ? [...constants, ...operands] : [...operands, ...constants];
  const present = Array.from({ length: row.outputs ?? 1 }, () => true);
  const loss = builder
    .emitAll(row.op, inputs, row.attributes ?? {}, present)
    .map((result) => {
      const dims = builder.type(result).shape as readonly number[];
      const weighted = builder.emit('Mul-14', [result, builder.constant(drawn(dims, random))]);
      return builder.emit('ReduceSum-13', [weighted], { keepdims: { kind: 'int', value: 0 } });
    })
    .reduce((left, right) => builder.emit('Add-14', [left, right]));
  const gradients = differentiate(builder, loss, operands);
  const outputs = {
    loss,
    ...Object.fromEntries(operands.map((name) => [`grad/${name}`, gradients.get(name)!])),
  };
  return { operands, model: encodeModel(builder.build('case', outputs)) };
}

function drawn(dims: readonly number[], random: Random, awayFromZero = 0, positive = false): Tensor {
  const values = Float32Array.from({ length: elementCount(dims) }, () => {
    const value = random.normal();
    const moved = value + Math.sign(value) * awayFromZero;
    return positive ? Math.abs(moved) : moved;
  });
  return float32Tensor(dims, values);
}

describe('the gradient of every operator equals central differences', () => {
  it.each(GRADIENT_CASES.map((row) => [title(row), row] as const))('%s', async (_, row) => {
    const random = new Random(SEED);
    const { operands, model } = modelOf(row, random);
    const runner = await createRunner(model, { threads: 1 });
    const feeds = Object.fromEntries(
      operands.map((name, index) => [
        name,
        drawn(row.shapes[index]!, random, row.awayFromZero, row.positive),
      ]),
    );
    const lossNow = async () => float32Data((await runner.run(feeds, { loss: null }))['loss']!)[0]!;
    const wanted = Object.fromEntries(operands.map((name) => [`grad/${name}`, null]));
    const computed = await runner.run(feeds, wanted);
    for (const name of operands) {
      const values = float32Data(feeds[name]!);
      const gradient = float32Data(computed[`grad/${name}`]!);
      const expected = new Float32Array(values.length);
      for (let at = 0; at < values.length; at += 1) {
        const value = values[at]!;
        values[at] = value + STEP;
        const above = await lossNow();
        values[at] = value - STEP;
        expected[at] = (above - (await lossNow())) / (2 * STEP);
        values[at] = value;
      }
      const scale = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
      const worst = expected.reduce((most, value, at) => Math.max(most, Math.abs(value - gradient[at]!)), 0);
      expect({ name, gradient, expected, seed: SEED, ok: worst <= TOLERANCE * scale }).toMatchObject({
        ok: true,
      });
    }
    await runner.dispose();
  });

  it('has a row for every differentiable operator', () => {
    const differentiable = Object.entries(OPERATORS).flatMap(([op, { gradient }]) =>
      typeof gradient === 'function' ? [op] : [],
    );
    expect([...new Set(GRADIENT_CASES.map(({ op }) => op))].sort()).toEqual(differentiable.sort());
  });
});
