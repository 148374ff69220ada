import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readGenerationConfig } from './generationConfig.js';

const read = (json: unknown) => readGenerationConfig(json, 7);
const plain = { maxNewTokens: 20, strategy: { kind: 'greedy' }, stopIds: [], stopStrings: [], ignored: [] };

describe('a generation_config.json', () => {
  it("without settings gives transformers' defaults", () => {
    expect(read({})).toEqual(plain);
    expect(read({ do_sample: null, eos_token_id: null, max_length: null })).toEqual(plain);
  });

  it.each<[object, object]>([
    [{ eos_token_id: 5 }, { stopIds: [5] }],
    [{ eos_token_id: [5, 6, 5] }, { stopIds: [5, 6] }],
    [{ stop_strings: 'User:' }, { stopStrings: ['User:'] }],
    [{ stop_strings: ['a', 'b'] }, { stopStrings: ['a', 'b'] }],
    [{ max_new_tokens: 9, max_length: 4 }, { maxNewTokens: 9 }],
    [{ max_length: 4096 }, { maxNewTokens: 4096, maxLength: 4096 }],
    [
      { min_new_tokens: 3, repetition_penalty: 1.1 },
      { minNewTokens: 3, repetitionPenalty: 1.1 },
    ],
    [{ do_sample: false, temperature: 0.6, top_p: 0.9 }, {}],
    [
      { do_sample: true, temperature: 0.6, top_p: 0.9 },
      { strategy: { kind: 'sample', seed: 7, temperature: 0.6, topP: 0.9, topK: 50 } },
    ],
    [{ do_sample: true, top_k: 0 }, { strategy: { kind: 'sample', seed: 7, temperature: 1, topP: 1 } }],
    [
      { num_beams: 4, early_stopping: 'never', length_penalty: 2 },
      { strategy: { kind: 'beam', beams: 4, earlyStopping: 'never', lengthPenalty: 2 } },
    ],
  ])('%j gives %j', (json, expected) => {
    expect(read(json)).toEqual({ ...plain, ...expected });
  });

  it('names what is not followed, and only what would change a text', () => {
    const neutral = {
      no_repeat_ngram_size: 0,
      typical_p: 1.0,
      suppress_tokens: [],
      forced_eos_token_id: null,
    };
    expect(read(neutral).ignored).toEqual([]);
    expect(
      [...read({ no_repeat_ngram_size: 3, suppress_tokens: [1], min_length: 9 }).ignored].sort(),
    ).toEqual(['min_length', 'no_repeat_ngram_size', 'suppress_tokens']);
    expect(read({ num_beams: 2, do_sample: true }).ignored).toEqual(['do_sample']);
  });

  it.each([
    [[]],
    [null],
    [{ max_length: 0 }],
    [{ max_length: 1e300 }],
    [{ max_new_tokens: 'many' }],
    [{ eos_token_id: [-1] }],
    [{ eos_token_id: 1.5 }],
    [{ stop_strings: [''] }],
    [{ repetition_penalty: 0 }],
    [{ do_sample: 'yes' }],
    [{ do_sample: true, temperature: 0 }],
    [{ do_sample: true, top_p: 1.2 }],
    [{ num_beams: 3, early_stopping: 5 }],
  ])('%j is refused', (json) => {
    expect(() => read(json)).toThrow(expect.objectContaining({ code: 'BASE_MODEL_UNSUPPORTED' }));
  });

  it('with any values is read or refused with a code', () => {
    const names = ['max_length', 'eos_token_id', 'stop_strings', 'do_sample', 'top_k', 'num_beams', 'min_p'];
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...names), fc.jsonValue()), (json) => {
        try {
          read(json);
        } catch (error) {
          expect(error).toMatchObject({ code: 'BASE_MODEL_UNSUPPORTED' });
        }
      }),
    );
  });
});
