import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { readSafetensors } from '../../nn/index.js';
import { type TrainingWorld, trainingInput, trainingWorld } from './testing/world.js';
import { trainModel } from './trainModel.js';

jest.setTimeout(60_000);

let world: TrainingWorld;
beforeEach(async () => {
  world = await trainingWorld();
});
afterEach(() => world.remove());

const isCheckpoint = (key: string) => key.startsWith('checkpoints/');
const checkpointsOf = ({ objects }: TrainingWorld) => [...objects.objects.keys()].filter(isCheckpoint).sort();

/** Trains until `step` is told, then cancels as Temporal does; the work ends with the error it ends with. */
const interruptedAt = async (here: TrainingWorld, step: number, attempt: number): Promise<unknown> => {
  const cancellation = new AbortController();
  const ctx = here.context({
    attempt,
    signal: cancellation.signal,
    progress: ({ activity, done }) => {
      if (activity === 'training' && done >= step) cancellation.abort();
    },
  });
  return trainModel({ ctx, input: trainingInput(here.folder) }).then(
    () => null,
    (error: unknown) => error,
  );
};

const undisturbed = async (): Promise<string> => {
  const other = await trainingWorld();
  try {
    // The base model's folder stands in the manifest, so that both runs must name the same one.
    const { trainingRunId } = await trainModel({ ctx: other.context(), input: trainingInput(world.folder) });
    return trainingRunId;
  } finally {
    await other.remove();
  }
};

describe('trainModel', () => {
  it('publishes a run whose weights learned the task, with its history, metrics and progress', async () => {
    const output = await trainModel({ ctx: world.context(), input: trainingInput(world.folder) });
    const run = await world.artifacts.get('TrainingRun', output.trainingRunId);
    expect(run).toMatchObject({ rows: 120, steps: 180, labels: ['ham', 'spam'], generation: null });
    expect(run.base.architecture).toBe('bert');
    expect(run.validation.at(-1)?.step).toBe(180);
    expect(run.lossCurve.at(-1)?.step).toBe(180);
    expect(output).toMatchObject({ rows: 120, steps: 180, reused: false, stoppedEarly: false });
    expect(output.validationMacroF1).toBe(1);
    const weights = readSafetensors(await world.blobs.get(run.weights));
    expect([...weights.keys()]).toEqual(
      expect.arrayContaining(['bert.embeddings.word_embeddings.weight', 'classifier.weight']),
    );
    for (const blob of [run.base.config, run.base.tokenizer, ...Object.values(run.base.weights)])
      expect((await world.blobs.get(blob)).byteLength).toBe(blob.bytes);
    expect(world.metrics.map(({ step }) => step)).toEqual(Array.from({ length: 180 }, (_, i) => i + 1));
    const evaluated = world.metrics.filter(({ validationScore }) => validationScore !== null);
    expect(evaluated.map(({ step }) => step)).toEqual(run.validation.map(({ step }) => step));
    expect(world.reports.at(-1)).toMatchObject({
      activity: 'training',
      done: 180,
      total: 180,
      secondsLeft: 0,
    });
    expect(checkpointsOf(world)).toEqual([]);
  });

  it('reuses a finished run, and trains anew for another generation', async () => {
    const first = await trainModel({ ctx: world.context(), input: trainingInput(world.folder) });
    const again = await trainModel({ ctx: world.context(), input: trainingInput(world.folder) });
    expect(again).toEqual({ ...first, reused: true });
    const fresh = await trainModel({
      ctx: world.context(),
      input: trainingInput(world.folder, {}, { generation: 'report-1' }),
    });
    expect(fresh.reused).toBe(false);
    expect(fresh.trainingRunId).not.toBe(first.trainingRunId);
  });

  it('trains on as many rows as asked for, with enough steps to learn from them', async () => {
    const input = trainingInput(world.folder, { epochs: 1 }, { rowsMax: 10 });
    const output = await trainModel({ ctx: world.context(), input });
    expect(output.rows).toBe(10);
    expect(output.steps).toBe(60);
  });

  it('has the same result after any interruptions as undisturbed', async () => {
    const expected = await undisturbed();
    const steps = [1, 7 + (process.pid % 30), 60 + (process.pid % 50), 179];
    for (const [index, step] of steps.entries()) {
      expect(await interruptedAt(world, step, index + 1)).toMatchObject({ code: 'CANCELLED' });
      expect(checkpointsOf(world).length).toBeLessThanOrEqual(2);
    }
    const output = await trainModel({
      ctx: world.context({ attempt: 9 }),
      input: trainingInput(world.folder),
    });
    expect({ steps, id: output.trainingRunId }).toEqual({ steps, id: expected });
    expect(checkpointsOf(world)).toEqual([]);
  });

  it('goes on from the checkpoint before a damaged one, to the same result', async () => {
    const expected = await undisturbed();
    await interruptedAt(world, 20, 1);
    await interruptedAt(world, 70, 2);
    const [older, newest] = checkpointsOf(world);
    const bytes = world.objects.objects.get(newest!)!;
    bytes[Math.floor(bytes.length / 2)]! ^= 1;
    const first: number[] = [];
    const ctx = world.context({
      attempt: 3,
      progress: ({ done, activity }) => void (activity === 'training' && first.push(done)),
    });
    const output = await trainModel({ ctx, input: trainingInput(world.folder) });
    expect(output.trainingRunId).toBe(expected);
    expect(first[0]).toBe(Number(/(\d+)-[0-9a-f]+$/.exec(older!)![1]) + 1);
    expect(world.lines.map(({ message }) => message)).toContain(
      'a checkpoint is damaged; the one before it is used',
    );
  });

  it('starts anew when every checkpoint is unusable', async () => {
    const expected = await undisturbed();
    await interruptedAt(world, 20, 1);
    const [only] = checkpointsOf(world);
    world.objects.objects.set(only!, world.objects.objects.get(only!)!.subarray(0, 100));
    const output = await trainModel({
      ctx: world.context({ attempt: 2 }),
      input: trainingInput(world.folder),
    });
    expect(output.trainingRunId).toBe(expected);
  });

  it('lets exactly one of two racing attempts publish', async () => {
    const input = trainingInput(world.folder);
    const outcomes = await Promise.allSettled([
      trainModel({ ctx: world.context({ attempt: 1 }), input }),
      trainModel({ ctx: world.context({ attempt: 2 }), input }),
    ]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const refused = outcomes.find((outcome) => outcome.status === 'rejected');
    expect(refused?.reason).toMatchObject({ code: 'ATTEMPT_FENCED' });
    expect([...world.artifacts.artifacts.values()].filter(({ kind }) => kind === 'TrainingRun')).toHaveLength(
      1,
    );
  });

  it('goes on when metrics cannot be kept, and warns once', async () => {
    const ctx = {
      ...world.context(),
      metrics: { insert: () => Promise.reject(new Error('the row store is away')) },
    };
    await expect(trainModel({ ctx, input: trainingInput(world.folder) })).resolves.toMatchObject({
      steps: 180,
    });
    expect(world.lines.filter(({ level }) => level === 'warn')).toHaveLength(1);
  });

  it('refuses weights of another shape than config.json says, without a retry', async () => {
    const path = `${world.folder}/config.json`;
    const config: unknown = JSON.parse(await readFile(path, 'utf8'));
    await writeFile(path, JSON.stringify({ ...(config as object), hidden_size: 24 }));
    const failure = trainModel({ ctx: world.context(), input: trainingInput(world.folder) });
    await expect(failure).rejects.toMatchObject({
      code: expect.stringMatching(/SHAPE_MISMATCH|BASE_MODEL_UNSUPPORTED/),
    });
  });

  it.each(['roberta', 'gpt2', 'llama'])(
    'trains a %s too, with the settings of the recipe',
    async (family) => {
      const golden = new URL(`../../nn/goldens/${family}-sequence-classification/`, import.meta.url);
      for (const name of ['config.json', 'model.safetensors'])
        await writeFile(join(world.folder, name), await readFile(new URL(name, golden)));
      const input = trainingInput(world.folder, {
        epochs: 8,
        schedule: 'cosine',
        layerwiseDecay: 0.9,
        microBatchSize: 3,
        freeze: { bottomLayers: 1 },
      });
      const output = await trainModel({ ctx: world.context(), input });
      expect(output.validationMacroF1).toBeGreaterThan(0.9);
      const run = await world.artifacts.get('TrainingRun', output.trainingRunId);
      expect(run.base.architecture).toBe(family);
      const [before, after] = [
        readSafetensors(await readFile(new URL('model.safetensors', golden))),
        readSafetensors(await world.blobs.get(run.weights)),
      ];
      const changed = (name: string) => after.get(name)!.data.join() !== before.get(name)!.data.join();
      const layers = [...before.keys()].filter((name) => name.endsWith('weight'));
      expect(layers.filter((name) => /\.0\./.test(name)).some(changed)).toBe(false);
      expect(layers.filter((name) => /\.1\./.test(name)).every(changed)).toBe(true);
    },
  );
});
