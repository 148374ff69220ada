import { describe, expect, it } from '@jest/globals';
import { createRunner } from '../exec/createRunner.js';
import { buildTrainingGraph } from '../models/training.js';
import { gradientName } from '../models/types.js';
import { createOptimizer, type OptimizerSettings, scheduledRate } from '../optim/index.js';
import { Random } from '../random.js';
import { float32Data, float32Tensor, int64Tensor } from '../tensor.js';
import { tinyClassifier } from '../train/testing/tinyRun.js';
import { buildStepLoop } from './buildStepLoop.js';
import { StepLoopRunner } from './stepLoopRunner.js';

it('x', async () => {
  const classifier = tinyClassifier();
  const training = buildTrainingGraph(classifier, { trainable: (n) => !n.includes('embeddings') });
  const optimizer: OptimizerSettings = { type: 'adamw', weightDecay: 0.1 };
  const schedule = { shape: 'linear', learningRate: 1e-3, warmupSteps: 10, totalSteps: 60 } as const;
  const params = () => new Map(training.trainable.map((n) => [n, classifier.parameters.get(n)!]));
  const random = new Random(1);
  const batches = Array.from({ length: 12 }, (_, i) => {
    const dims = [2 + (i % 3), 5 + (i % 4)];
    const n = dims[0]! * dims[1]!;
    return {
      input_ids: int64Tensor(dims, BigInt64Array.from({ length: n }, () => BigInt(10 + random.below(180)))),
      attention_mask: int64Tensor(dims, new BigInt64Array(n).fill(1n)),
      labels: int64Tensor([dims[0]!], BigInt64Array.from({ length: dims[0]! }, (_, r) => BigInt(r % 3))),
    };
  });
  const a = createOptimizer(params(), optimizer);
  const runner = await createRunner(training.model, { threads: 1 });
  const losses: number[] = [];
  for (const [step, feeds] of batches.entries()) {
    const loss = float32Tensor([]);
    await runner.run(
      { ...feeds, ...Object.fromEntries(a.arena.region('weights')) },
      { loss, ...Object.fromEntries([...a.arena.region('gradients')].map(([n, t]) => [gradientName(n), t])) },
    );
    losses.push(float32Data(loss)[0]!);
    a.optimizer.step({ learningRate: scheduledRate(schedule, step), maxGradNorm: 1 }, a.optimizer.gradNorm());
  }
  const b = createOptimizer(params(), optimizer);
  const loop = buildStepLoop(training, { optimizer, schedule, maxGradNorm: 1 });
  const steps = await StepLoopRunner.create(loop, b.arena, { threads: 1 });
  const r1 = await steps.run(batches.slice(0, 7), 0);
  const r2 = await steps.run(batches.slice(7), 7);
  console.log(losses, r1.losses, r2.losses, r1.gradNorms);
  let worst = 0;
  for (const region of ['weights', 'firstMoments', 'secondMoments'] as const)
    for (const [n, t] of a.arena.region(region)) {
      const x = float32Data(t), y = float32Data(b.arena.region(region).get(n)!);
      const scale = x.reduce((m, v) => Math.max(m, Math.abs(v)), 0);
      const e = x.reduce((m, v, i) => Math.max(m, Math.abs(v - y[i]!)), 0) / scale;
      worst = Math.max(worst, e);
      if (e > 1e-6) console.log(region, n, e);
    }
  console.log(worst);
});
