import { describe, expect, it } from '@jest/globals';
import { createRunner } from '../exec/createRunner.js';
import { Random } from '../random.js';
import { float32Data, float32Tensor, int64Tensor, type Tensor } from '../tensor.js';
import { exportOnnx } from './buildModel.js';
import { buildDecodingModel, type DecodingModel } from './decodingModel.js';
import { cacheNames } from './layers/keyValueCache.js';
import { GOLDEN_MODELS, goldenCase } from './testing/goldenModel.js';

type Rows = readonly (readonly number[])[];

const matrix = (rows: Rows) =>
  int64Tensor([rows.length, rows[0]!.length], BigInt64Array.from(rows.flat(), BigInt));
const columns = (rows: Rows, from: number, to: number) => rows.map((row) => row.slice(from, to));
const random = new Random(7);
const ids = (rows: number, length: number) =>
  Array.from({ length: rows }, () => Array.from({ length }, () => random.below(211)));
const ones = (rows: number, length: number) => ids(rows, length).map((row) => row.map(() => 1));

function emptyPast(cache: DecodingModel['cacheShape'], rows: number) {
  const empty = () => float32Tensor([rows, cache.heads, 0, cache.width]);
  return Object.fromEntries(cacheNames('past', cache).map((name) => [name, empty()]));
}

const mapTensors = (
  tensors: Readonly<Record<string, Tensor>>,
  change: (tensor: Tensor, name: string) => Tensor,
): Record<string, Tensor> =>
  Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, change(tensor, name)]));

/** Slots of the shape of a cache's that hold what no token may see. */
function emptySlots({ dims }: Tensor, count: number): Tensor {
  const shape = [dims[0]!, dims[1]!, count, dims[3]!];
  const size = shape.reduce((product, length) => product * length, 1);
  return float32Tensor(shape, new Float32Array(size).fill(9));
}

/** Both one after the other along the axis of tokens. */
function joined(first: Tensor, second: Tensor): Tensor {
  const [rows, heads, , width] = first.dims as [number, number, number, number];
  const lengths = [first, second].map(({ dims }) => dims[2]!);
  const parts = Array.from({ length: rows * heads }, (_, at) =>
    [first, second].flatMap((tensor, part) => {
      const size = lengths[part]! * width;
      return [...float32Data(tensor).subarray(at * size, (at + 1) * size)];
    }),
  );
  const total = lengths[0]! + lengths[1]!;
  return float32Tensor([rows, heads, total, width], Float32Array.from(parts.flat()));
}

/**
 * Logits [rows][slot][vocabulary] of `tokens`, read in pieces of the given lengths, with `room` slots of no meaning
 * after the past.
 */
async function decodeInPieces(
  built: DecodingModel,
  tokens: Rows,
  mask: Rows,
  pieces: readonly number[],
  memory: Readonly<Record<string, Tensor>> = {},
  room = 0,
): Promise<number[][][]> {
  const runner = await createRunner(built.decoder, { threads: 1 });
  let past: Record<string, Tensor> = emptyPast(built.cacheShape, tokens.length);
  const logits: number[][][] = tokens.map(() => []);
  let read = 0;
  for (const length of pieces) {
    const feeds = {
      input_ids: matrix(columns(tokens, read, read + length)),
      attention_mask: matrix(
        mask.map((row) => [
          ...row.slice(0, read),
          ...Array.from({ length: room }, () => 0),
          ...row.slice(read, read + length),
        ]),
      ),
      used_slots: int64Tensor([1], BigInt64Array.of(BigInt(read))),
    };
    const fetches = Object.fromEntries(cacheNames('new', built.cacheShape).map((each) => [each, null]));
    const withRoom = mapTensors(past, (tensor) => joined(tensor, emptySlots(tensor, room)));
    const results = await runner.run({ ...feeds, ...withRoom, ...memory }, { ...fetches, logits: null });
    past = mapTensors(past, (tensor, each) => joined(tensor, results[each.replace('past', 'new')]!));
    for (const row of tokens.keys()) logits[row]!.push(...slices(results['logits']!, row));
    read += length;
  }
  await runner.dispose();
  return logits;
}

function slices({ dims, data }: Tensor, row: number): number[][] {
  const [length, width] = [dims[1]!, dims[2]!];
  return Array.from({ length }, (_, slot) =>
    Array.from(
      (data as Float32Array).subarray((row * length + slot) * width, (row * length + slot + 1) * width),
    ),
  );
}

/** Largest difference relative to the largest reference value. */
function relativeError(actual: readonly number[][], expected: readonly number[][]): number {
  const scale = Math.max(...expected.flat().map(Math.abs));
  const [a, e] = [actual.flat(), expected.flat()];
  expect(a).toHaveLength(e.length);
  return Math.max(...e.map((value, index) => Math.abs(value - a[index]!))) / scale;
}

describe.each(GOLDEN_MODELS)('the decoding graph of %s', (name) => {
  const { model } = goldenCase(name);
  const built = buildDecodingModel(model, { logits: 'all' });
  const source = ids(2, 7);
  const sourceMask = [
    [1, 1, 1, 1, 1, 1, 1],
    [1, 1, 1, 1, 0, 0, 0],
  ];

  async function memoryOf(text: Rows, mask: Rows) {
    if (!built.encoder) return {};
    const runner = await createRunner(built.encoder, { threads: 1 });
    const fetches = Object.fromEntries(cacheNames('cross', built.cacheShape).map((each) => [each, null]));
    const memory = await runner.run({ input_ids: matrix(text), attention_mask: matrix(mask) }, fetches);
    await runner.dispose();
    return { ...memory, encoder_attention_mask: matrix(mask) };
  }

  it('gives the logits of the whole forward run, whatever the pieces and the room after the past', async () => {
    const tokens = ids(2, 9);
    const runner = await createRunner(exportOnnx(model), { threads: 1 });
    const whole = await runner.run(
      built.encoder
        ? { input_ids: matrix(source), attention_mask: matrix(sourceMask), decoder_input_ids: matrix(tokens) }
        : { input_ids: matrix(tokens), attention_mask: matrix(ones(2, 9)) },
      { logits: null },
    );
    await runner.dispose();
    const memory = await memoryOf(source, sourceMask);
    const cases = [
      { pieces: [9], room: 0 },
      { pieces: [1, 1, 1, 1, 1, 1, 1, 1, 1], room: 0 },
      { pieces: [4, 1, 3, 1], room: 0 },
      { pieces: [9], room: 4 },
      { pieces: [4, 1, 3, 1], room: 5 },
    ];
    for (const { pieces, room } of cases) {
      const logits = await decodeInPieces(built, tokens, ones(2, 9), pieces, memory, room);
      for (const row of [0, 1])
        expect(relativeError(logits[row]!, slices(whole['logits']!, row))).toBeLessThan(1e-5);
    }
  });

  it('keeps only the heads of keys and values', () => {
    const expected = name.startsWith('llama') ? 2 : 4;
    expect(built.cacheShape).toEqual({ layers: 2, heads: expected, width: 8 });
  });

  it('gives only the logits after the last token where only those are wanted', async () => {
    const tokens = ids(2, 5);
    const memory = await memoryOf(source, sourceMask);
    const all = await decodeInPieces(built, tokens, ones(2, 5), [5], memory);
    const runner = await createRunner(buildDecodingModel(model, { logits: 'last' }).decoder, { threads: 1 });
    const { logits } = await runner.run(
      {
        input_ids: matrix(tokens),
        attention_mask: matrix(ones(2, 5)),
        used_slots: int64Tensor([1]),
        ...emptyPast(built.cacheShape, 2),
        ...memory,
      },
      { logits: null },
    );
    await runner.dispose();
    expect(logits!.dims).toEqual([2, 211]);
    const last = all.map((row) => row.at(-1)!);
    expect(relativeError([Array.from(float32Data(logits!))], [last.flat()])).toBeLessThan(1e-5);
  });
});

describe.each(['gpt2-causal-lm', 'llama-causal-lm'] as const)('padding in %s', (name) => {
  const built = buildDecodingModel(goldenCase(name).model, { logits: 'all' });
  const prompt = ids(1, 4)[0]!;
  const long = ids(1, 6)[0]!;
  const added = ids(2, 3);

  it.each([
    ['left', [0, 0, ...prompt], [0, 0, 1, 1, 1, 1]],
    ['right', [...prompt, 0, 0], [1, 1, 1, 1, 0, 0]],
  ])('on the %s of a shorter prompt changes no logit', async (_, padded, mask) => {
    const alone = [[...prompt, ...added[0]!]];
    const expected = await decodeInPieces(built, alone, ones(1, 7), [4, 1, 2]);
    const together = [
      [...padded, ...added[0]!],
      [...long, ...added[1]!],
    ];
    const masks = [
      [...mask, 1, 1, 1],
      [1, 1, 1, 1, 1, 1, 1, 1, 1],
    ];
    const logits = await decodeInPieces(built, together, masks, [6, 1, 2]);
    const real = logits[0]!.filter((_, slot) => masks[0]![slot] === 1);
    expect(relativeError(real, expected[0]!)).toBeLessThan(1e-5);
  });
});

it('a model that writes no text is refused', () => {
  const { model } = goldenCase('gpt2-causal-lm');
  expect(() => buildDecodingModel({ ...model, task: 'sequence-classification' }, { logits: 'all' })).toThrow(
    expect.objectContaining({ code: 'BASE_MODEL_UNSUPPORTED' }),
  );
});
