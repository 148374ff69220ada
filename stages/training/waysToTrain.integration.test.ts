import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { mergeLora, readPeftAdapter, readSafetensors, type Tensor } from '../../nn/index.js';
import { sha256Hex } from '../digest.js';
import { rowsOf, type TrainingWorld, trainingInput, trainingWorld } from './testing/world.js';
import { trainModel } from './trainModel.js';

jest.setTimeout(60_000);

let world: TrainingWorld;
beforeEach(async () => {
  world = await trainingWorld();
});
afterEach(() => world.remove());

type Changes = Readonly<Record<string, unknown>>;

const trained = async (training: Changes, rest: Changes = {}) => {
  const input = trainingInput(world.folder, training, rest);
  const output = await trainModel({ ctx: world.context(), input });
  const run = await world.artifacts.get('TrainingRun', output.trainingRunId);
  return { output, run, weights: readSafetensors(await world.blobs.get(run.weights)) };
};
const published = (wanted: string) =>
  [...world.artifacts.artifacts.values()].filter(({ kind }) => kind === wanted);
const bits = ({ data }: Tensor) => Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('hex');

describe('a LoRA adapter', () => {
  it('learns the task, and is kept in PEFT’s files beside the merged weights', async () => {
    const { output, run, weights } = await trained({ lora: { rank: 2, alpha: 8 }, learningRate: 2e-2 });
    expect(output.validationMacroF1).toBe(1);
    const adapter = readPeftAdapter({
      configJson: new TextDecoder().decode(await world.blobs.get(run.adapter!.config)),
      weights: await world.blobs.get(run.adapter!.weights),
    });
    expect(adapter.config).toMatchObject({ rank: 2, alpha: 8, targetModules: ['query', 'value'] });
    const untrained = new Map([...weights].map(([name, tensor]) => [name, { ...tensor }]));
    for (const [name, tensor] of readSafetensors(
      await world.blobs.get(run.base.weights['model.safetensors']!),
    ))
      untrained.set(`bert.${name}`, tensor);
    const merged = mergeLora(untrained, adapter);
    for (const [name, tensor] of weights)
      expect([name, bits(merged.get(name)!)]).toEqual([name, bits(tensor)]);
  });

  it('of layers that the model does not have is refused', async () => {
    await expect(trained({ lora: { targetModules: ['q_proj'] } })).rejects.toMatchObject({
      code: 'BASE_MODEL_UNSUPPORTED',
    });
  });
});

describe('domain adaptation', () => {
  const adaptation = { epochs: 12, learningRate: 5e-3, batchSize: 8 };

  it('learns the texts without labels, once, and training begins with its weights', async () => {
    const { output, run } = await trained({ adaptation, epochs: 1, stepsMin: 15 });
    const [made] = published('BaseAdaptation');
    const artifact = await world.artifacts.get('BaseAdaptation', run.adaptation!);
    expect(made).toEqual(artifact);
    expect(artifact).toMatchObject({ objective: 'masked-lm', rows: 120, dataset: run.dataset });
    const perplexities = artifact.validation.map(({ perplexity }) => perplexity);
    expect(perplexities).toHaveLength(12);
    expect(Math.min(...perplexities)).toBeLessThan(0.7 * perplexities[0]!);
    expect(world.reports.map(({ activity }) => activity)).toEqual(
      expect.arrayContaining(['adapting to the domain', 'training']),
    );
    // Embeddings are frozen in the task's training, so that they are those of the adaptation.
    const words = 'bert.embeddings.word_embeddings.weight';
    const [adapted, final] = [artifact.weights, run.weights].map(async (ref) =>
      readSafetensors(await world.blobs.get(ref)),
    );
    expect(bits((await final!).get(words)!)).toBe(bits((await adapted!).get(words)!));
    const other = await trained({ adaptation, epochs: 2, stepsMin: 15 });
    expect(other.run.adaptation).toBe(run.adaptation);
    expect(other.output.trainingRunId).not.toBe(output.trainingRunId);
    expect(published('BaseAdaptation')).toHaveLength(1);
  });

  it('gives the same run when it is cut in the middle', async () => {
    const whole = await trained({ adaptation, epochs: 1 });
    const folder = world.folder;
    const other = await trainingWorld();
    try {
      const cancellation = new AbortController();
      const input = trainingInput(folder, { adaptation, epochs: 1 });
      const cut = other.context({
        signal: cancellation.signal,
        progress: ({ activity, done }) => {
          if (activity === 'adapting to the domain' && done >= 70) cancellation.abort();
        },
      });
      await expect(trainModel({ ctx: cut, input })).rejects.toMatchObject({ code: 'CANCELLED' });
      const output = await trainModel({ ctx: other.context({ attempt: 2 }), input });
      expect(output.trainingRunId).toBe(whole.output.trainingRunId);
    } finally {
      await other.remove();
    }
  });
});

describe('an incremental run', () => {
  const later = sha256Hex('later dataset');
  const incremental = { replayShare: 0.5 };
  const follow = (previous: string, changes: Changes = {}) =>
    trained({ incremental, epochs: 2, stepsMin: 10, ...changes }, { datasetId: later, previous });
  const arrive = (rows: ReturnType<typeof rowsOf>) =>
    world.datasets.insertRows(later, [
      ...rowsOf('train', 120),
      ...rows,
      ...rowsOf('validation', 24),
      ...rowsOf('test', 24),
    ]);

  it('goes on from the earlier weights with what is new, and as much of what is old', async () => {
    const first = await trained({});
    await arrive(rowsOf('train', 30, 120));
    const { output, run } = await follow(first.output.trainingRunId);
    expect(run).toMatchObject({
      previous: first.output.trainingRunId,
      rows: 60,
      replayed: 30,
      dataset: later,
    });
    expect(output.validationMacroF1).toBe(1);
    const whole = await trained({ epochs: 2, stepsMin: 10 }, { datasetId: later });
    expect(whole.run.lossCurve[0]!.loss).toBeGreaterThan(3 * run.lossCurve[0]!.loss);
    const none = await follow(first.output.trainingRunId, { incremental: { replayShare: 0 } });
    expect(none.run).toMatchObject({ rows: 30, replayed: 0 });
  });

  it('is refused where nothing is new, where it would be judged on what it knows, and for another model', async () => {
    const first = await trained({});
    await arrive([]);
    await expect(follow(first.output.trainingRunId)).rejects.toMatchObject({
      code: 'DATASET_INVALID',
      message: expect.stringMatching(/has not seen/),
    });
    const moved = rowsOf('train', 2).map((row) => ({ ...row, split: 'test' as const }));
    await world.datasets.insertRows(sha256Hex('moved'), [
      ...rowsOf('train', 130, 2),
      ...moved,
      ...rowsOf('validation', 24),
    ]);
    await expect(
      trained({ incremental }, { datasetId: sha256Hex('moved'), previous: first.output.trainingRunId }),
    ).rejects.toMatchObject({
      code: 'DATASET_INVALID',
      message: expect.stringMatching(/were training rows/),
    });
    const other = await world.artifacts.get('TrainingRun', first.output.trainingRunId);
    const step = {
      key: 'other',
      fence: await world.artifacts.acquireFence('other', { runId: 'r', attempt: 1 }),
      now: '2026-01-01T00:00:00Z',
    };
    const id = await world.artifacts.publish({ ...other, labels: ['spam', 'ham'] }, step);
    await expect(follow(id)).rejects.toMatchObject({
      code: 'REQUEST_INVALID',
      details: { differs: 'labels' },
    });
  });
});

describe('the loss', () => {
  it('counts rare classes more and smooths labels where the recipe says so', async () => {
    const plain = await trained({ epochs: 2 });
    const smooth = await trained({ epochs: 2, labelSmoothing: 0.2 });
    // No prediction can bring a smoothed loss below the entropy of its target.
    const entropy = -(0.9 * Math.log(0.9) + 0.1 * Math.log(0.1));
    const last = ({ run }: typeof plain) => run.lossCurve.at(-1)!.loss;
    expect(last(smooth)).toBeGreaterThan(entropy - 1e-3);
    const few = sha256Hex('few spam');
    const rows = rowsOf('train', 120).filter(({ label }, at) => label === 'ham' || at % 12 === 0);
    await world.datasets.insertRows(few, [...rows, ...rowsOf('validation', 24)]);
    const losses = async (classWeights: string) =>
      last(await trained({ epochs: 1, classWeights }, { datasetId: few }));
    expect(await losses('balanced')).not.toBe(await losses('equal'));
  });
});
