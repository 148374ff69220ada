import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { GOLDEN_MODELS, goldenCase } from '../models/testing/goldenModel.js';
import { createDecoder, type Decoder } from './decoder.js';
import { searchBeams } from './searchBeams.js';

interface Case {
  readonly model: string;
  readonly prompts: readonly (readonly number[])[];
  readonly stopIds: readonly number[];
  readonly settings: {
    readonly length_penalty: number;
    readonly early_stopping: boolean | 'never';
    readonly repetition_penalty?: number;
    readonly min_new_tokens?: number;
  };
  /** Four of each prompt. */
  readonly texts: readonly (readonly number[])[];
  readonly scores: readonly number[];
}

const cases = JSON.parse(
  readFileSync(new URL('./goldens/beams.json', import.meta.url), 'utf8'),
) as readonly Case[];

describe.each(GOLDEN_MODELS)('beam search with %s', (name) => {
  let decoder: Decoder;
  beforeAll(async () => {
    decoder = await createDecoder(goldenCase(name).model, { threads: 1 });
  });
  afterAll(() => decoder.dispose());

  const own = cases.filter(({ model }) => model === name);
  it.each(own.map((each) => [JSON.stringify(each.settings), each.stopIds.join(), each] as const))(
    "%s, stopping at %s, finds transformers' texts and scores",
    async (_, __, { prompts, stopIds, settings, texts, scores }) => {
      const found = await searchBeams(
        decoder,
        prompts.map((ids) => Int32Array.from(ids)),
        {
          maxNewTokens: 10,
          stopIds,
          repetitionPenalty: settings.repetition_penalty ?? 1,
          minNewTokens: settings.min_new_tokens ?? 0,
          strategy: {
            kind: 'beam',
            beams: 4,
            lengthPenalty: settings.length_penalty,
            earlyStopping: settings.early_stopping,
          },
        },
      );
      for (const [row, beams] of found.entries()) {
        expect(beams.map(({ ids, begun }) => ids.slice(begun))).toEqual(texts.slice(4 * row, 4 * row + 4));
        for (const [at, { score }] of beams.entries())
          expect(Math.abs(score / scores[4 * row + at]! - 1)).toBeLessThan(1e-4);
      }
    },
  );
});
