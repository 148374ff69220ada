import { describe, expect, it } from '@jest/globals';
import { relativeError } from '../models/verification/relativeError.js';
import { GRADIENT_CASES } from '../ops/testing/gradientCases.js';
import { gradientModel, titleOf } from '../ops/testing/gradientModel.js';
import { Random } from '../random.js';
import { createRunner } from './createRunner.js';

// Relative to the largest value of each output. tfjs' erf alone is off by 1.5e-7 of 1.
const TOLERANCE = 1e-5;
const SEED = 20261124;

const rows = GRADIENT_CASES.map((row) => [titleOf(row), row] as const);

describe.each(['tfjs-cpu', 'tfjs-wasm'] as const)('%s agrees with ONNX Runtime', (provider) => {
  it.each(rows)('on %s and its gradient', async (_, row) => {
    const { model, feeds, results } = gradientModel(row, new Random(SEED));
    const names = [...results, 'loss', ...Object.keys(feeds).map((name) => `grad/${name}`)];
    const fetches = Object.fromEntries(names.map((name) => [name, null]));
    const [reference, interpreter] = await Promise.all([
      createRunner(model, { threads: 1 }),
      createRunner(model, { threads: 1, providers: [provider] }),
    ]);
    const expected = await reference.run(feeds, fetches);
    const computed = await interpreter.run(feeds, fetches);
    for (const name of names) {
      const error = relativeError(computed[name]!, expected[name]!);
      expect({ name, seed: SEED, error, ok: error <= TOLERANCE }).toMatchObject({ ok: true });
    }
    await Promise.all([reference.dispose(), interpreter.dispose()]);
  });
});
