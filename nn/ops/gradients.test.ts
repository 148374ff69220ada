import { describe, expect, it } from '@jest/globals';
import { createRunner } from '../exec/createRunner.js';
import type { Runner } from '../exec/runner.js';
import { Random } from '../random.js';
import { float32Data, type Tensor } from '../tensor.js';
import { OPERATORS } from './table.js';
import { GRADIENT_CASES } from './testing/gradientCases.js';
import { curvatureModel, gradientModel, titleOf } from './testing/gradientModel.js';

// Central differences of float32 values: the step's truncation and rounding errors are both near 1e-4.
const STEP = 1e-2;
const TOLERANCE = 3e-3;
const SEED = 20261123;

const rows = GRADIENT_CASES.map((row) => [titleOf(row), row] as const);

/** How the model's scalar `output` changes with each element of the feed `name`. */
async function centralDifferences(
  runner: Runner,
  feeds: Readonly<Record<string, Tensor>>,
  name: string,
  output: string,
): Promise<Float32Array> {
  const now = async () => float32Data((await runner.run(feeds, { [output]: null }))[output]!)[0]!;
  const values = float32Data(feeds[name]!);
  const slopes = new Float32Array(values.length);
  for (let at = 0; at < values.length; at += 1) {
    const value = values[at]!;
    values[at] = value + STEP;
    const above = await now();
    values[at] = value - STEP;
    slopes[at] = (above - (await now())) / (2 * STEP);
    values[at] = value;
  }
  return slopes;
}

/** `computed`: what the model says it is; zero where it is left out. */
function expectClose(name: string, computed: Tensor | undefined, expected: Float32Array): void {
  const found = computed ? float32Data(computed) : new Float32Array(expected.length);
  const scale = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
  const worst = expected.reduce((most, value, at) => Math.max(most, Math.abs(value - found[at]!)), 0);
  expect({ name, found, expected, seed: SEED, ok: worst <= TOLERANCE * scale }).toMatchObject({ ok: true });
}

describe('the gradient of every operator equals central differences', () => {
  it.each(rows)('%s', async (_, row) => {
    const { model, feeds } = gradientModel(row, new Random(SEED));
    const runner = await createRunner(model, { threads: 1 });
    const wanted = Object.fromEntries(Object.keys(feeds).map((name) => [`grad/${name}`, null]));
    const computed = await runner.run(feeds, wanted);
    for (const name of Object.keys(feeds)) {
      expectClose(name, computed[`grad/${name}`]!, await centralDifferences(runner, feeds, name, 'loss'));
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

describe('the gradient of the gradient of every operator equals central differences of the first', () => {
  it.each(rows)('%s', async (_, row) => {
    const { model, feeds, curved } = curvatureModel(row, new Random(SEED));
    const runner = await createRunner(model, { threads: 1 });
    const computed = await runner.run(
      feeds,
      Object.fromEntries(curved.map((name) => [`curve/${name}`, null])),
    );
    for (const name of Object.keys(feeds)) {
      expectClose(name, computed[`curve/${name}`], await centralDifferences(runner, feeds, name, 'slope'));
    }
    await runner.dispose();
  });
});
