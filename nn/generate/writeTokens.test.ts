import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { goldenCase } from '../models/testing/goldenModel.js';
import { float32Tensor } from '../tensor.js';
import { createDecoder, type Decoder } from './decoder.js';
import type { WritingOptions } from './options.js';
import { searchBeams } from './searchBeams.js';
import { writeTokens } from './writeTokens.js';

const { model } = goldenCase('llama-causal-lm');
const long = Int32Array.of(5, 17, 101, 64, 33);
const short = Int32Array.of(90, 12);
const sampling = { kind: 'sample', seed: 3, temperature: 2 } as const;

let decoder: Decoder;
beforeAll(async () => {
  decoder = await createDecoder(model, { threads: 1 });
});
afterAll(() => decoder.dispose());

type Tokenwise = Parameters<typeof writeTokens>[2];

async function write(prompts: readonly Int32Array[], options: Tokenwise, by = decoder) {
  const texts = prompts.map(() => ({ ids: [] as number[], end: undefined as string | undefined }));
  for await (const step of writeTokens(by, prompts, options)) {
    for (const { row, id, end } of step) {
      texts[row]!.ids.push(id);
      texts[row]!.end = end;
    }
  }
  return texts;
}

describe('writing', () => {
  it('gives each prompt of a batch what it gets alone, though others end before', async () => {
    const alone = await write([short], { maxNewTokens: 8 });
    const [first] = await write([long], { maxNewTokens: 8 });
    const stopIds = [first!.ids[2]!];
    const [longText, shortText] = await write([long, short], { maxNewTokens: 8, stopIds });
    expect(longText).toEqual({ ids: first!.ids.slice(0, first!.ids.indexOf(stopIds[0]!) + 1), end: 'stop' });
    const stoppedAt = alone[0]!.ids.indexOf(stopIds[0]!);
    expect(shortText!.ids).toEqual(stoppedAt < 0 ? alone[0]!.ids : alone[0]!.ids.slice(0, stoppedAt + 1));
  });

  it('draws the same tokens from the same seed, others from another', async () => {
    const options = { maxNewTokens: 12, strategy: sampling };
    const once = await write([long, long], options);
    expect(await write([long, long], options)).toEqual(once);
    expect(once[0]).not.toEqual(once[1]);
    expect(await write([long, long], { ...options, strategy: { ...sampling, seed: 4 } })).not.toEqual(once);
  });

  it('draws by the probabilities of the scores', async () => {
    const decoding = await decoder.start([long]);
    const logits = Float64Array.from(decoding.logits(0));
    const powers = logits.map((score) => Math.exp(score));
    const total = powers.reduce((sum, power) => sum + power, 0);
    const draws = 4000;
    const texts = await write(
      Array.from({ length: draws }, () => long),
      {
        maxNewTokens: 1,
        strategy: { kind: 'sample', seed: 1 },
      },
    );
    const counts = new Float64Array(logits.length);
    for (const { ids } of texts) counts[ids[0]!]! += 1;
    const chiSquare = powers.reduce((sum, power, id) => {
      const expected = (draws * power) / total;
      return sum + (counts[id]! - expected) ** 2 / expected;
    }, 0);
    // 210 degrees of freedom: mean 210, deviation 20.5.
    expect(Math.abs(chiSquare - 210)).toBeLessThan(5 * 20.5);
  });

  it('by sampling from one token is greedy', async () => {
    const greedy = await write([long, short], { maxNewTokens: 6 });
    const strategy = { kind: 'sample', seed: 9, topK: 1 } as const;
    expect(await write([long, short], { maxNewTokens: 6, strategy })).toEqual(greedy);
    const narrow = { kind: 'sample', seed: 9, topP: 1e-6 } as const;
    expect(await write([long, short], { maxNewTokens: 6, strategy: narrow })).toEqual(greedy);
  });

  it('does not end before the least number of tokens', async () => {
    const [text] = await write([long], { maxNewTokens: 6 });
    const options = { maxNewTokens: 6, stopIds: [text!.ids[0]!] };
    expect((await write([long], options))[0]!.ids).toHaveLength(1);
    expect((await write([long], { ...options, minNewTokens: 4 }))[0]!.ids.length).toBeGreaterThan(4 - 1);
  });

  it('ends where the positions of the model do', async () => {
    const prompt = Int32Array.from({ length: 60 }, (_, index) => index);
    expect(await write([prompt], { maxNewTokens: 100 })).toMatchObject([
      { end: 'length', ids: { length: 4 } },
    ]);
  });

  it('stops within one token when it is cancelled', async () => {
    const controller = new AbortController();
    let steps = 0;
    const run = async () => {
      const options = { maxNewTokens: 50, signal: controller.signal };
      for await (const _ of writeTokens(decoder, [long], options)) {
        steps += 1;
        if (steps === 3) setImmediate(() => controller.abort());
      }
    };
    await expect(run()).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(steps).toBeLessThanOrEqual(4);
  });

  it('of a model whose scores are not numbers is refused', async () => {
    const parameters = new Map(model.parameters);
    const { dims } = parameters.get('model.norm.weight')!;
    parameters.set('model.norm.weight', float32Tensor(dims, new Float32Array(dims[0]!).fill(Number.NaN)));
    const broken = await createDecoder({ ...model, parameters }, { threads: 1 });
    await expect(write([long], { maxNewTokens: 2 }, broken)).rejects.toMatchObject({
      code: 'WEIGHTS_CORRUPT',
    });
    await broken.dispose();
  });
});

describe('writing refuses', () => {
  it.each<[string, Partial<WritingOptions>]>([
    ['no tokens', { maxNewTokens: 0 }],
    ['a temperature of 0', { strategy: { kind: 'sample', seed: 1, temperature: 0 } }],
    ['a topK of 0', { strategy: { kind: 'sample', seed: 1, topK: 0 } }],
    ['a topP above 1', { strategy: { kind: 'sample', seed: 1, topP: 1.5 } }],
    ['a penalty that is not a number', { repetitionPenalty: Number.NaN }],
    ['half a token', { minNewTokens: 0.5 }],
    ['a stop token outside the vocabulary', { stopIds: [211] }],
    ['more beams than tokens', { strategy: { kind: 'beam', beams: 200 } }],
    [
      'an endless length penalty',
      { strategy: { kind: 'beam', beams: 2, lengthPenalty: Number.POSITIVE_INFINITY } },
    ],
  ])('%s', async (_, given) => {
    const options = { maxNewTokens: 4, ...given };
    const { strategy } = options;
    const run =
      strategy?.kind === 'beam'
        ? searchBeams(decoder, [long], { ...options, strategy })
        : write([long], options as Tokenwise);
    await expect(run).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
  });

  it.each([
    ['no prompt', []],
    ['an empty prompt', [long, new Int32Array(0)]],
    ['a prompt that leaves no room', [new Int32Array(64)]],
    ['an id outside the vocabulary', [Int32Array.of(1, 211)]],
    ['a negative id', [Int32Array.of(-1)]],
  ])('%s', async (_, prompts) => {
    await expect(write(prompts, { maxNewTokens: 2 })).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
  });
});
