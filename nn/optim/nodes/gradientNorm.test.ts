import { expect, it } from '@jest/globals';
import { createRunner } from '../../exec/createRunner.js';
import { encodeModel } from '../../graph/encode.js';
import { GraphBuilder } from '../../ops/builder.js';
import { Random } from '../../random.js';
import { elementCount, float32Data, float32Tensor } from '../../tensor.js';
import { emitGradientNorm } from './gradientNorm.js';

it.each([
  ['of millions of values', [[2 ** 21], [384, 3 * 384]]],
  ['of odd numbers of them', [[7, 1001], [1], []]],
] as const)(
  'the norm %s is exact to the rounding of a float32',
  async (_, shapes) => {
    const random = new Random(20261124);
    const builder = new GraphBuilder();
    const tensors = shapes.map((dims) =>
      float32Tensor(
        dims,
        Float32Array.from({ length: elementCount(dims) }, () => random.uniform()),
      ),
    );
    const names = tensors.map(({ dims }, at) => builder.input(`g${at}`, 'float32', dims));
    const norm = emitGradientNorm(builder, names);
    const runner = await createRunner(encodeModel(builder.build('norm', { norm })), { threads: 1 });
    const feeds = Object.fromEntries(tensors.map((tensor, at) => [`g${at}`, tensor]));
    const found = float32Data((await runner.run(feeds, { norm: null }))['norm']!)[0]!;
    await runner.dispose();
    let squares = 0;
    for (const tensor of tensors) for (const value of float32Data(tensor)) squares += value * value;
    expect(Math.abs(found / Math.sqrt(squares) - 1)).toBeLessThan(1e-6);
  },
  60_000,
);
