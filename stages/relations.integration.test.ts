import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { loadTokenizer, Random } from '../nn/index.js';
import type { ModelHost } from './serving/index.js';
import { type LifecycleWorld, lifecycleWorld } from './testing/lifecycle.js';

jest.setTimeout(120_000);

const COMPANIES = ['acme', 'initech', 'globex', 'hooli', 'soylent', 'umbrella'];
const FRAMES = [
  'last year A bought B for cash',
  'A sued B over a patent',
  'A met B at noon',
  'B was bought by A in spring',
  'B was sued by A again',
];
const WORDS = [
  ...new Set([...COMPANIES, ...FRAMES.join(' ').toLowerCase().split(' '), 'later', 'now', 'then']),
];

/** What A does to B, told from the side of either span: only the marks say which is which. */
const relationOf = (frame: string, headIsActor: boolean): string => {
  const verb = /bought|sued/.exec(frame)?.[0] ?? 'none';
  return verb === 'none' || headIsActor ? verb : `${verb}-by`;
};

const rowsOf = (count: number, seed: number) => {
  const random = new Random(seed);
  const pick = <T>(values: readonly T[]): T => values[random.below(values.length)]!;
  return Array.from({ length: count }, () => {
    const frame = pick(FRAMES);
    const [a, b] = random.shuffle([...COMPANIES]) as [string, string];
    let text = '';
    const spans: Record<string, { start: number; end: number }> = {};
    for (const word of [
      ...frame.split(' '),
      pick(['later', 'now', 'then']),
      pick(['later', 'now', 'then']),
    ]) {
      if (text !== '') text += ' ';
      const shown = word === 'A' ? a : word === 'B' ? b : word;
      if (word === 'A' || word === 'B') spans[word] = { start: text.length, end: text.length + shown.length };
      text += shown;
    }
    const headIsActor = random.below(2) === 0;
    const [head, tail] = headIsActor ? [spans['A']!, spans['B']!] : [spans['B']!, spans['A']!];
    return { text, head, tail, label: relationOf(frame, headIsActor) };
  });
};

describe('a pipeline that classifies relations', () => {
  let world: LifecycleWorld;
  let made: Awaited<ReturnType<LifecycleWorld['run']>>;
  let host: ModelHost;
  beforeAll(async () => {
    const rows = rowsOf(1200, 1).map((row) => JSON.stringify(row));
    world = await lifecycleWorld(WORDS, { 'rows.jsonl': rows.join('\n') });
    const pipeline = world.pipelineOf({
      name: 'deals',
      labels: ['bought', 'bought-by', 'sued', 'sued-by', 'none'],
      sources: [
        {
          name: 'rows',
          connector: 'files',
          root: world.folder,
          include: ['rows.jsonl'],
          format: 'jsonl',
          label: { from: 'relation' },
        },
      ],
      dataset: { cleaning: { nearDuplicates: { jaccard: 0.999 } } },
      training: { task: 'relation-classification', maxLength: 24, epochs: 18, learningRate: 5e-3 },
      evaluation: { bootstrapResamples: 200, learningCurve: [], lengthSlices: [8] },
      promotion: { gate: { minimum: 0.9 } },
    });
    made = await world.run(pipeline);
    host = await world.serve(pipeline, made);
  });
  afterAll(async () => {
    await host.stop();
    await world.remove();
  });

  it('marks the spans in the texts, with tokens that the model knows', async () => {
    const kept = await world.ctx.datasets.readRows(made.datasetId);
    for (const { text } of kept) expect(text).toMatch(/\[E1\] \w+ \[\/E1\]/);
    const { base } = await world.ctx.artifacts.get('TrainingRun', made.trainingRunId);
    const tokenizer = await loadTokenizer(await world.ctx.blobs.get(base.tokenizer));
    const config = JSON.parse(new TextDecoder().decode(await world.ctx.blobs.get(base.config))) as {
      vocab_size: number;
    };
    expect(config.vocab_size).toBe(WORDS.length + 5 + 4);
    const [marked] = await tokenizer.encodeBatch(['[E1] acme [/E1]'], { maxLength: 24 });
    expect([...marked!.ids].map((id) => tokenizer.tokenOf(id))).toEqual([
      '[CLS]',
      '[E1]',
      'acme',
      '[/E1]',
      '[SEP]',
    ]);
  });

  it('learns who did what to whom', () => {
    expect(made.evaluated.test.macroF1).toBeGreaterThan(0.9);
    expect(made.gate.outcome).toBe('passed');
  });

  it('is served by :relate with the marks of training', async () => {
    const served = host.find('deals');
    expect(served).toMatchObject({ task: 'relation-classification' });
    const [prediction] = await served.classify([
      '[E1] acme [/E1] sued [E2] hooli [/E2] over a patent now then',
    ]);
    expect(prediction!.label).toBe('sued');
    await expect(served.extract(['text'])).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
  });
});
