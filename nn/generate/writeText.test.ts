import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { goldenCase } from '../models/testing/goldenModel.js';
import { createDecoder, type Decoder } from './decoder.js';
import { type TextOptions, writeText } from './writeText.js';

const { model } = goldenCase('gpt2-causal-lm');
const prompt = Int32Array.of(5, 17, 101, 64, 33);
/** Each token as its number in parentheses. */
const detokenize = (ids: ArrayLike<number>) =>
  Array.from(ids)
    .map((id) => `(${id})`)
    .join('');
const tokenizer = {
  decodeBatch: async (sequences: readonly ArrayLike<number>[]) => sequences.map(detokenize),
};

let decoder: Decoder;
beforeAll(async () => {
  decoder = await createDecoder(model, { threads: 1 });
});
afterAll(() => decoder.dispose());

async function write(options: Omit<TextOptions, 'tokenizer'>) {
  const pieces: string[] = [];
  const text = writeText(decoder, prompt, { tokenizer, ...options });
  for (let step = await text.next(); ; step = await text.next()) {
    if (step.done) return { pieces, ...step.value };
    pieces.push(step.value);
  }
}

const sampled = { maxNewTokens: 10, strategy: { kind: 'sample', seed: 2, temperature: 2 } } as const;

describe('a text', () => {
  it('comes in one piece a token', async () => {
    const { pieces, ids, end } = await write(sampled);
    expect(end).toBe('length');
    expect(ids).toHaveLength(10);
    expect(pieces).toEqual([...ids].map((id) => `(${id})`));
  });

  it('ends before a stop string that spans tokens', async () => {
    const { ids } = await write(sampled);
    const stop = `${ids[3]})(${String(ids[4]).slice(0, 1)}`;
    const stopped = await write({ ...sampled, stopStrings: ['never', stop] });
    const whole = [...ids].map((id) => `(${id})`).join('');
    expect(stopped.pieces.join('')).toBe(whole.slice(0, whole.indexOf(stop)));
    expect(stopped).toMatchObject({ end: 'stop', ids: ids.slice(0, 5) });
  });

  it('leaves the stop token out', async () => {
    const { ids } = await write(sampled);
    const stopped = await write({ ...sampled, stopIds: [ids[4]!] });
    const before = ids.slice(0, ids.indexOf(ids[4]!));
    expect(stopped.end).toBe('stop');
    expect(stopped.pieces.join('')).toBe(detokenize(before));
  });

  it('is the best one of a beam search', async () => {
    const { ids, pieces, end } = await write({ maxNewTokens: 5, strategy: { kind: 'beam', beams: 3 } });
    expect(end).toBe('length');
    expect(ids).toHaveLength(5);
    expect(pieces.join('')).toBe(detokenize(ids));
  });

  it('cannot end at an empty string', async () => {
    await expect(write({ ...sampled, stopStrings: [''] })).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
  });

  it('may be left before its end', async () => {
    const pieces: string[] = [];
    for await (const piece of writeText(decoder, prompt, { tokenizer, ...sampled })) {
      pieces.push(piece);
      if (pieces.length === 2) break;
    }
    expect(pieces).toHaveLength(2);
  });
});
