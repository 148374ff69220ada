import { describe, expect, it } from '@jest/globals';
import { tinyClassifier, tinyExamples, tinyRecipe } from '../train/testing/tinyRun.js';
import { trainToEnd } from '../train/trainToEnd.js';
import type { Provider } from './runner.js';

async function losses(provider: Provider): Promise<Float32Array> {
  const result = await trainToEnd({
    model: tinyClassifier(),
    train: tinyExamples(60, 1),
    validation: [],
    recipe: { ...tinyRecipe, epochs: 2 },
    threads: 1,
    providers: [provider],
  });
  return result.lossHistory;
}

describe('training on the interpreter', () => {
  it('follows the losses of ONNX Runtime, and gives its own again to the bit', async () => {
    const expected = await losses('cpu');
    const computed = await losses('tfjs-wasm');
    expect(computed).toHaveLength(16);
    computed.forEach((loss, step) => {
      expect(Math.abs(loss - expected[step]!)).toBeLessThanOrEqual(1e-4 * expected[step]!);
    });
    expect(computed.at(-1)).toBeLessThan(computed[0]! - 0.1);
    expect(await losses('tfjs-wasm')).toEqual(computed);
  });
});
