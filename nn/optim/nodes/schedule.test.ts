import { expect, it } from '@jest/globals';
import { createRunner } from '../../exec/createRunner.js';
import { encodeModel } from '../../graph/encode.js';
import { GraphBuilder } from '../../ops/builder.js';
import { float32Data, float32Tensor } from '../../tensor.js';
import { scheduledRate } from '../schedule.js';
import { emitRate } from './schedule.js';

/** Of the highest rate. */
const TOLERANCE = 3e-7;

it.each(
  (['constant', 'linear', 'cosine', 'polynomial'] as const).flatMap((shape) =>
    [
      [0, 10],
      [4, 20],
      [5, 5],
      [1000, 20_000],
    ].map(([warmupSteps, totalSteps]) => [shape, warmupSteps!, totalSteps!] as const),
  ),
)(
  'the rate of %s after %i of %i steps is that outside of the graph',
  async (shape, warmupSteps, totalSteps) => {
    const schedule = { shape, learningRate: 2e-5, warmupSteps, totalSteps };
    const builder = new GraphBuilder();
    const rate = emitRate(builder, schedule, builder.input('step', 'float32', []));
    const runner = await createRunner(encodeModel(builder.build('rate', { rate })), { threads: 1 });
    const stride = Math.ceil(totalSteps / 40);
    for (let step = 0; step <= totalSteps + stride; step += stride) {
      const found = await runner.run({ step: float32Tensor([], Float32Array.of(step)) }, { rate: null });
      const error = Math.abs(float32Data(found['rate']!)[0]! - scheduledRate(schedule, step)) / 2e-5;
      expect({ step, error, ok: error <= TOLERANCE }).toMatchObject({ ok: true });
    }
    await runner.dispose();
  },
);
