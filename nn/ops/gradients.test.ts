import { describe, expect, it } from '@jest/globals';
import { createRunner } from '../exec/createRunner.js';
import { Random } from '../random.js';
import { float32Data } from '../tensor.js';
import { OPERATORS } from './table.js';
import { GRADIENT_CASES } from './testing/gradientCases.js';
import { gradientModel, titleOf } from './testing/gradientModel.js';

// Central differences of float32 values: the step's truncation and rounding errors are both near 1e-4.
const STEP = 1e-2;
const TOLERANCE = 3e-3;
const SEED = 20261123;

describe('the gradient of every operator equals central differences', () => {
  it.each(GRADIENT_CASES.map((row) => [titleOf(row), row] as const))('%s', async (_, row) => {
    const { model, feeds } = gradientModel(row, new Random(SEED));
    const operands = Object.keys(feeds);
    const runner = await createRunner(model, { threads: 1 });
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
