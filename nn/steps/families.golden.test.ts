import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { expect, it } from '@jest/globals';
import { createRunner } from '../exec/createRunner.js';
import { decodeModel } from '../graph/decode.js';
import { encodeModel } from '../graph/encode.js';
import { buildModel, taskOf } from '../models/buildModel.js';
import { trainingGraphOf } from '../models/training.js';
import { readReferenceCase, tensorOf } from '../models/verification/referenceCase.js';
import { VERIFICATION_TOLERANCES } from '../models/verifyModel.js';
import { ADAMW_DEFAULTS } from '../optim/adamw.js';
import { createOptimizer } from '../optim/index.js';
import { buildStepLoop } from './buildStepLoop.js';
import { StepLoopRunner } from './stepLoopRunner.js';

const goldens = new URL('../goldens/', import.meta.url);
const folders = readdirSync(goldens, { recursive: true, encoding: 'utf8' })
  .filter((path) => basename(path) === 'case.safetensors')
  .map(dirname)
  .sort();

it.each(folders)('ten steps of %s in one run have the losses of ten PyTorch steps', async (folder) => {
  const files = readdirSync(new URL(`${folder}/`, goldens));
  const reference = readReferenceCase(
    new Map(files.map((name) => [name, new Uint8Array(readFileSync(new URL(`${folder}/${name}`, goldens)))])),
  );
  const { configJson, weights, expected } = reference;
  const model = buildModel({ configJson, weights, task: taskOf(configJson), seed: 0 });
  const { learningRate, weightDecay, beta1, beta2, epsilon } = expected.adamw;
  expect({ beta1, beta2, epsilon }).toEqual(ADAMW_DEFAULTS);
  const optimizer = { type: 'adamw', weightDecay, decays: () => true } as const;
  const { arena } = createOptimizer(model.parameters, optimizer);
  const schedule = { shape: 'constant', learningRate, warmupSteps: 0, totalSteps: 10 } as const;
  const training = trainingGraphOf(model, { trainable: () => true });
  const loop = buildStepLoop(training, { optimizer, schedule, maxGradNorm: null });
  // Read as another program would, so that what was written is whole.
  const bytes = encodeModel(decodeModel(encodeModel(loop.graph)).graph);
  const runner = new StepLoopRunner(loop, arena, await createRunner(bytes, { threads: 1 }));
  const feeds = Object.fromEntries(training.inputs.map((name) => [name, tensorOf(reference, name)]));
  const { losses } = await runner.run(
    expected.losses.map(() => feeds),
    0,
  );
  await runner.dispose();
  expect(losses).toHaveLength(expected.losses.length);
  for (const [step, loss] of expected.losses.entries()) {
    const error = Math.abs(losses[step]! - loss) / Math.abs(loss);
    const ok = error <= VERIFICATION_TOLERANCES.adamwLosses;
    expect({ step, error, ok }).toMatchObject({ ok: true });
  }
});
