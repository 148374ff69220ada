import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Random } from '../nn/index.js';
import { buildDataset } from './datasets/index.js';
import { collectSource } from './sources/index.js';
import { type LifecycleWorld, lifecycleWorld } from './testing/lifecycle.js';

jest.setTimeout(120_000);

const VERBS = ['open', 'close', 'cancel', 'renew'];
const THINGS = ['account', 'card', 'loan', 'ticket', 'order', 'contract'];
const FILLERS = [
  'please',
  'today',
  'quickly',
  'my',
  'the',
  'for',
  'me',
  'now',
  'i',
  'want',
  'to',
  'can',
  'you',
];
const INTENTS = VERBS.flatMap((verb) => THINGS.map((thing) => `${verb}-${thing}`));

/** Requests of 24 intents; the last ones are rare. */
const requests = (seed: number): string => {
  const random = new Random(seed);
  const filler = () => FILLERS[random.below(FILLERS.length)]!;
  return INTENTS.flatMap((intent, rank) => {
    const [verb, thing] = intent.split('-') as [string, string];
    return Array.from({ length: rank < 20 ? 40 : 25 }, () => {
      const text = [filler(), filler(), verb, filler(), thing, filler(), filler(), filler()].join(' ');
      return JSON.stringify({ text, intent });
    });
  }).join('\n');
};

describe('a pipeline of many intents', () => {
  let world: LifecycleWorld;
  beforeAll(async () => {
    world = await lifecycleWorld([...VERBS, ...THINGS, ...FILLERS], {
      'requests.jsonl': requests(5),
      'rare.jsonl': JSON.stringify({ text: 'please open my account for me', intent: 'rare' }),
    });
  });
  afterAll(() => world.remove());

  const pipelineOf = (labels: readonly string[], include: readonly string[]) =>
    world.pipelineOf({
      name: 'intents',
      labels,
      sources: [
        {
          name: 'requests',
          connector: 'files',
          root: world.folder,
          include,
          format: 'jsonl',
          label: { from: 'field', field: 'intent' },
        },
      ],
      dataset: {
        cleaning: { nearDuplicates: { jaccard: 0.999 } },
        split: { train: 6, validation: 2, test: 2 },
      },
      training: { maxLength: 16, epochs: 30, learningRate: 1e-2 },
      evaluation: { bootstrapResamples: 200, learningCurve: [], lengthSlices: [8] },
    });

  it('is sequence classification with as many labels', async () => {
    const { evaluated, modelVersionId } = await world.run(pipelineOf(INTENTS, ['requests.jsonl']));
    expect(evaluated.test.macroF1).toBeGreaterThan(0.8);
    const { labels } = await world.ctx.artifacts.get('ModelVersion', modelVersionId);
    expect(labels).toHaveLength(24);
  });

  it('says which label is in no split that needs it', async () => {
    const pipeline = pipelineOf([...INTENTS, 'rare'], ['*.jsonl']);
    const { ctx } = world;
    const { batchId } = await collectSource({ ctx, input: { pipeline, source: 'requests' } });
    await expect(buildDataset({ ctx, input: { pipeline, batches: [batchId] } })).rejects.toMatchObject({
      code: 'DATASET_INVALID',
      message: expect.stringMatching(/^no row is left of rare in (train|validation|test), rare in \w+$/),
    });
  });
});
