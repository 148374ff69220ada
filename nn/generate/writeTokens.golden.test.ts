import { describe, expect, it } from '@jest/globals';
import { GOLDEN_MODELS, goldenCase, promptOf } from '../models/testing/goldenModel.js';
import { createDecoder } from './decoder.js';
import { writeTokens } from './writeTokens.js';

describe.each(GOLDEN_MODELS)('greedy writing with %s', (name) => {
  it("gives transformers' tokens, beside another prompt too", async () => {
    const golden = goldenCase(name);
    const { model, inputs, greedy } = golden;
    const decoder = await createDecoder(model, { threads: 1 });
    const whole = Int32Array.from(inputs.input_ids.data.subarray(0, inputs.input_ids.dims[1]), Number);
    const given = model.task === 'causal-lm' ? promptOf(golden, 0) : whole;
    expect(given).toHaveLength(whole.length);
    const begun = model.task === 'causal-lm' ? [...given] : greedy.slice(0, 1);
    for (const prompts of [[given], [given, given.slice(0, 3)]]) {
      const written = [...begun];
      for await (const step of writeTokens(decoder, prompts, { maxNewTokens: 12 })) {
        written.push(...step.filter(({ row }) => row === 0).map(({ id }) => id));
      }
      expect(written).toEqual(greedy);
    }
    await decoder.dispose();
  });
});
