import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { DatasetRow } from '../../contracts/index.js';
import { loadTokenizer, readSafetensors } from '../../nn/index.js';
import { sha256Hex } from '../digest.js';
import { rowsOf, type TrainingWorld, trainingInput, trainingWorld } from './testing/world.js';
import { trainModel } from './trainModel.js';

jest.setTimeout(60_000);

const DATASET = sha256Hex('domain');
const WORDS = ['kubernetes', 'invoice42', '数据结构'];
/** Rows whose texts hold words that the tiny model does not know. */
const domainRows = (words = WORDS): DatasetRow[] =>
  [...rowsOf('train', 120), ...rowsOf('validation', 24), ...rowsOf('test', 24)].map((row, at) => ({
    ...row,
    text: `${row.text} ${words[at % words.length]} rare${at}`,
  }));

let world: TrainingWorld;
beforeEach(async () => {
  world = await trainingWorld();
  await world.datasets.insertRows(DATASET, domainRows());
});
afterEach(() => world.remove());

const train = async (training: object, rest: object = {}) => {
  const recipe = { epochs: 1, freeze: 'none', maxLength: 16, ...training };
  const input = trainingInput(world.folder, recipe, { datasetId: DATASET, ...rest });
  const output = await trainModel({ ctx: world.context(), input });
  const run = await world.artifacts.get('TrainingRun', output.trainingRunId);
  const [config, tokenizerJson] = [
    JSON.parse(new TextDecoder().decode(await world.blobs.get(run.base.config))) as { vocab_size: number },
    await world.blobs.get(run.base.tokenizer),
  ];
  return { output, run, config, tokenizerJson, weights: readSafetensors(await world.blobs.get(run.weights)) };
};
const vocabulary = { add: 3, minimumFrequency: 5 };

describe("a run with the domain's words", () => {
  it('gives tokenizer, config, weights and all that reads them the same vocabulary', async () => {
    const { run, config, tokenizerJson, weights } = await train({ vocabulary });
    const tokenizer = await loadTokenizer(tokenizerJson);
    for (const word of WORDS) expect(tokenizer.idOf(word)).toBeDefined();
    expect(run.vocabulary).toMatchObject({ words: 3, tokensSaved: expect.any(Number) });
    expect(run.vocabulary!.origin.tokenizer).not.toEqual(run.base.tokenizer);
    expect(config.vocab_size).toBe(tokenizer.vocabularySize);
    const embedding = weights.get('bert.embeddings.word_embeddings.weight')!;
    expect(embedding.dims[0]).toBe(tokenizer.vocabularySize);
    const base = readSafetensors(await world.blobs.get(run.base.weights['model.safetensors']!));
    expect(base.get('embeddings.word_embeddings.weight')!.dims).toEqual(embedding.dims);
    expect(run.base.parameters).toBe(run.vocabulary!.origin.parameters + 3 * embedding.dims[1]!);
  });

  it('is the same run whoever makes it, and reads texts as the whole one where it learns from fewer', async () => {
    const first = await train({ vocabulary });
    const other = await trainingWorld();
    await other.datasets.insertRows(DATASET, domainRows());
    const again = await trainModel({
      ctx: other.context(),
      input: trainingInput(
        world.folder,
        { epochs: 1, freeze: 'none', maxLength: 16, vocabulary },
        { datasetId: DATASET },
      ),
    });
    await other.remove();
    expect(again.trainingRunId).toBe(first.output.trainingRunId);
    const fewer = await train({ vocabulary }, { rowsMax: 40 });
    expect(fewer.run.base).toEqual(first.run.base);
  });

  it('is gone on from with its own words, whatever the new texts hold', async () => {
    const incremental = { replayShare: 0.5 };
    const first = await train({ vocabulary, incremental });
    const later = sha256Hex('later');
    const rows = [...domainRows(), ...rowsOf('train', 40, 500)];
    await world.datasets.insertRows(
      later,
      rows.map((row) => ({ ...row, text: `${row.text} nomad nomad` })),
    );
    const previous = first.output.trainingRunId;
    const next = await train({ vocabulary, incremental }, { datasetId: later, previous });
    expect(next.run.base).toEqual(first.run.base);
    expect(next.run.vocabulary).toEqual(first.run.vocabulary);
    await expect(
      train({ vocabulary: { add: 2 }, incremental }, { datasetId: later, previous }),
    ).rejects.toMatchObject({ code: 'REQUEST_INVALID', details: { differs: 'vocabulary' } });
  });

  it('is as it was where no word is worth it', async () => {
    const { run } = await train({ vocabulary: { add: 3, minimumFrequency: 5000 } });
    expect(run.vocabulary).toMatchObject({ words: 0, tokensSaved: 0 });
    expect(run.base.weights).toEqual(run.vocabulary!.origin.weights);
  });
});

describe('a run with segmentation', () => {
  it('says so in the tokenizer that evaluation and serving read, and needs no other weights', async () => {
    const { run, tokenizerJson } = await train({ segmentation: 'jieba' });
    expect(JSON.parse(new TextDecoder().decode(tokenizerJson))).toMatchObject({
      segmentation: { type: 'Jieba', words: [] },
    });
    expect(run.base.weights).toEqual(run.vocabulary!.origin.weights);
    expect(run.vocabulary!.words).toBe(0);
  });

  it('adapts the base model with the words it found', async () => {
    const adaptation = { epochs: 1 };
    const { run } = await train({ segmentation: 'jieba', vocabulary, adaptation });
    const adapted = await world.artifacts.get('BaseAdaptation', run.adaptation!);
    expect(adapted.base).toEqual(run.base);
  });
});

it('words and an adapter together are refused', () => {
  expect(() => trainingInput('/tmp', { vocabulary, lora: { rank: 2 } })).toThrow(/leave lora or vocabulary/);
});
