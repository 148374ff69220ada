import { describe, expect, it, jest } from '@jest/globals';
import { plumblineError } from '../../contracts/index.js';
import { startTraining, type TrainingInput, type TrainingResult, writeSafetensors } from '../../nn/index.js';
import { sha256Hex } from '../digest.js';
import type { ObjectStore } from '../ports.js';
import { MemoryObjectStore, memoryStageContext } from '../testing/index.js';
import { CheckpointStore } from './checkpointStore.js';
import { tokenise } from './examples.js';
import { awaitInterruptible } from './interruptible.js';
import { TINY_CONFIG, tinyModel, tinyText } from './testing/tinyModel.js';

jest.setTimeout(60_000);

const labels = ['ham', 'spam'];
const model = tinyModel();

/** A training thread of 400 steps on tiny texts. */
const begin = async (resumeFrom?: Uint8Array, steps: number[] = []) => {
  const rows = Array.from({ length: 80 }, (_, index) => {
    const label = index % 2 === 0 ? ('spam' as const) : ('ham' as const);
    const recordId = sha256Hex(`${index}`);
    const split = 'train' as const;
    return {
      recordId,
      split,
      label,
      group: '',
      text: tinyText(label, index),
      sentAt: null,
      clusterId: recordId,
    };
  });
  const examples = await tokenise(rows, {
    tokenizerJson: model['tokenizer.json'],
    task: 'sequence-classification',
    labels,
    maxLength: 8,
  });
  const input: TrainingInput = {
    configJson: TINY_CONFIG,
    task: 'sequence-classification',
    weights: model['model.safetensors'],
    labels,
    train: examples,
    validation: examples.slice(0, 20),
    recipe: {
      epochs: 40,
      batchSize: 8,
      learningRate: 1e-3,
      weightDecay: 0.01,
      warmupRatio: 0.1,
      maxGradNorm: 1,
      freeze: 'embeddings',
      evaluationsPerEpoch: 1,
      earlyStopping: null,
      seed: 1,
    },
    threads: 1,
    ...(resumeFrom && { resumeFrom }),
    onProgress: ({ step }) => void steps.push(step),
  };
  return startTraining(input);
};

const digestOfWeights = ({ weights }: TrainingResult) => sha256Hex(writeSafetensors(weights));

const setUp = (objects: ObjectStore = new MemoryObjectStore()) => {
  const ctx = memoryStageContext();
  const store = new CheckpointStore(objects, 'key', ctx.log);
  return { ctx, store, log: ctx.log, signal: new AbortController().signal, checkpointEveryMs: 40 };
};

describe('awaitInterruptible', () => {
  it('keeps checkpoints while it trains, from each of which the same weights come out', async () => {
    const options = setUp();
    const result = await awaitInterruptible(...(await started(options)));
    const kept = await options.store.list();
    expect(kept).toHaveLength(2);
    for (const checkpoint of kept) {
      const steps: number[] = [];
      const handle = await begin((await options.store.read(checkpoint)) ?? undefined, steps);
      expect(digestOfWeights(await handle.result)).toBe(digestOfWeights(result));
      expect(steps[0] ?? checkpoint.step + 1).toBe(checkpoint.step + 1);
    }
  });

  it('trains to the end when checkpoints cannot be kept, and says so', async () => {
    const objects = new MemoryObjectStore();
    objects.putFile = async () => {
      throw plumblineError('DISK_FULL', 'no space is left');
    };
    const options = setUp(objects);
    const result = await awaitInterruptible(...(await started(options)));
    expect(result.steps).toBe(400);
    expect(options.ctx.lines[0]).toMatchObject({ level: 'warn', fields: { code: 'DISK_FULL' } });
  });

  it('is over within ten seconds of a cancellation even when the object store hangs', async () => {
    const objects = new MemoryObjectStore();
    objects.putFile = () => new Promise(() => {});
    const cancellation = new AbortController();
    const options = { ...setUp(objects), signal: cancellation.signal };
    const work = awaitInterruptible(...(await started(options)));
    setTimeout(() => cancellation.abort(), 150);
    const begun = performance.now();
    await expect(work).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(performance.now() - begun).toBeLessThan(10_000);
  });
});

const started = async (options: ReturnType<typeof setUp>) => {
  return [await begin(), options] as const;
};
