import { describe, expect, it } from '@jest/globals';
import {
  loadTokenizer,
  readModelWeights,
  readSafetensors,
  type Tensor,
  writeSafetensors,
} from '../../nn/index.js';
import { sha256Hex } from '../digest.js';
import { MemoryBlobStore } from '../testing/index.js';
import type { LoadedBaseModel } from './baseModels/index.js';
import { withRelationMarkers } from './relationMarkers.js';
import { TINY_CONFIG, tinyModel } from './testing/tinyModel.js';

const WORDS = 'embeddings.word_embeddings.weight';
const blob = { sha256: sha256Hex('base'), bytes: 1 };
const files = tinyModel();
const tensors = readSafetensors(files['model.safetensors']);

const base = (weights: ReadonlyMap<string, Tensor>): LoadedBaseModel => ({
  model: {
    reference: 'file:tiny',
    architecture: 'bert',
    parameters: 1000,
    config: blob,
    tokenizer: blob,
    weights: { 'model.safetensors': blob },
  },
  config: TINY_CONFIG,
  weights: writeSafetensors(weights),
  tokenizerJson: files['tokenizer.json'],
});

describe('the markers of a relation', () => {
  it('become tokens with rows in the embedding and in an output head, and change no other', async () => {
    const rows = TINY_CONFIG.vocab_size;
    const bias: Tensor = { dtype: 'float32', dims: [rows], data: new Float32Array(rows).fill(2) };
    const blobs = new MemoryBlobStore();
    const marked = await withRelationMarkers(
      { blobs },
      base(new Map([...tensors, ['cls.predictions.bias', bias]])),
    );
    const weights = readModelWeights(marked.weights);
    const hidden = TINY_CONFIG.hidden_size;
    expect(weights.get(WORDS)!.dims).toEqual([rows + 4, hidden]);
    expect(weights.get(WORDS)!.data.slice(0, rows * hidden)).toEqual(tensors.get(WORDS)!.data);
    expect(weights.get('cls.predictions.bias')!.data).toEqual(new Float32Array(rows + 4).fill(2));
    for (const [name, tensor] of tensors) if (name !== WORDS) expect(weights.get(name)).toEqual(tensor);
    expect(marked.config).toMatchObject({ vocab_size: rows + 4 });
    expect(marked.model.parameters).toBe(1000 + 4 * hidden + 4);
    const tokenizer = await loadTokenizer(marked.tokenizerJson);
    const [{ ids }] = (await tokenizer.encodeBatch(['([E1]offer[/E1])'], { maxLength: 20 })) as [
      { ids: Int32Array },
    ];
    expect(Array.from(ids, (id) => tokenizer.tokenOf(id))).toEqual([
      '[CLS]',
      '[UNK]',
      '[E1]',
      'offer',
      '[/E1]',
      '[UNK]',
      '[SEP]',
    ]);
  });

  it('are kept with what is made of them, and the same base gives the same', async () => {
    const blobs = new MemoryBlobStore();
    const [one, other] = [
      await withRelationMarkers({ blobs }, base(tensors)),
      await withRelationMarkers({ blobs }, base(tensors)),
    ];
    expect(other.model).toEqual(one.model);
    expect(await blobs.get(one.model.tokenizer)).toEqual(Uint8Array.from(one.tokenizerJson));
    expect(await blobs.get(one.model.weights['model.safetensors']!)).toEqual(one.weights);
    const again = await withRelationMarkers({ blobs }, one);
    expect(again.model).toEqual(one.model);
  });

  it('cannot be added to a model without a token embedding', async () => {
    const without = new Map([...tensors].filter(([name]) => name !== WORDS));
    await expect(withRelationMarkers({ blobs: new MemoryBlobStore() }, base(without))).rejects.toMatchObject({
      code: 'BASE_MODEL_UNSUPPORTED',
    });
  });
});
