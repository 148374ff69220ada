import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { elementCount, type Tensor } from '../../tensor.js';
import { loadTokenizer } from '../../tokenize/index.js';
import { memorySource } from '../byteSource.js';
import { readModelWeights } from '../modelWeights.js';
import { bytesOf } from '../views.js';
import { readGgufHeader } from './header.js';
import { describeGgufFile, readGguf, readGgufFile } from './llama.js';
import { ggufTokenizerJson } from './tokenizer.js';

/** Made by make.py there, which says how; its expectations are those of gguf, transformers and sentencepiece. */
const folder = new URL('../../goldens/gguf-llama/', import.meta.url);
const read = (name: string) => readFileSync(new URL(name, folder));

type Digests = Readonly<Record<string, { readonly shape: readonly number[]; readonly sha256: string }>>;

interface Expected {
  readonly config: Readonly<Record<string, unknown>>;
  readonly tensors: Digests;
  readonly texts: readonly string[];
  readonly ids: readonly (readonly number[])[];
}

const digest = (data: Tensor['data']) => createHash('sha256').update(bytesOf(data)).digest('hex');
const digests = (tensors: ReadonlyMap<string, Tensor>): Digests =>
  Object.fromEntries(
    [...tensors].map(([name, { dims, data }]) => [name, { shape: dims, sha256: digest(data) }]),
  );

describe('reading GGUF files', () => {
  it('dequantises every block to the bits that ggml gives', () => {
    const source = memorySource(read('blocks.gguf'));
    const { tensors } = readGgufHeader(source);
    const values = new Map(
      [...tensors].map(([name, { dims, begin, end, quantization }]): [string, Tensor] => {
        const data = quantization.toFloat32(source.read(begin, end - begin));
        return [name, { dtype: 'float32', dims, data }];
      }),
    );
    expect(digests(values)).toEqual(JSON.parse(read('blocks.expected.json').toString()));
    expect(tensors.size).toBe(11);
  });

  const files = readdirSync(folder).filter((name) => name.endsWith('.gguf') && name !== 'blocks.gguf');
  const models = files.filter((name) => !name.startsWith('vocabulary-'));
  const expected = (name: string) =>
    JSON.parse(read(name.replace('.gguf', '.expected.json')).toString()) as Expected;

  it.each(models)('reads the model in %s as the reference does', (name) => {
    const { config, tensors } = readGguf(memorySource(read(name)));
    expect(digests(tensors)).toEqual(expected(name).tensors);
    expect(config).toMatchObject({ ...expected(name).config, rms_norm_eps: expect.closeTo(1e-5, 10) });
  });

  it.each(files)('encodes with the vocabulary in %s as the reference does', async (name) => {
    const { metadata } = readGgufHeader(memorySource(read(name)));
    const tokenizer = await loadTokenizer(JSON.stringify(ggufTokenizerJson(metadata)));
    const { texts, ids } = expected(name);
    const encoded = await tokenizer.encodeBatch(texts, { maxLength: 512 });
    expect(encoded.map((text) => [...text.ids])).toEqual(ids);
  });

  it.each(models)('describes %s without its values', (name) => {
    const { parameters, config } = describeGgufFile(fileURLToPath(new URL(name, folder)));
    const shapes = Object.values(expected(name).tensors).map(({ shape }) => elementCount(shape));
    expect(parameters).toBe(shapes.reduce((sum, count) => sum + count, 0));
    expect(config).toEqual(readGguf(memorySource(read(name))).config);
  });

  it('reads the same from disk', () => {
    const file = fileURLToPath(new URL(models[0]!, folder));
    expect(digests(readModelWeights(file))).toEqual(digests(readGgufFile(file).tensors));
    expect(digests(readGgufFile(file).tensors)).toEqual(
      digests(readGguf(memorySource(readFileSync(file))).tensors),
    );
  });
});
