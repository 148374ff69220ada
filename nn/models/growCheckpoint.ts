import { NnError } from '../errors.js';
import type { Tensor } from '../tensor.js';
import { growEmbedding } from '../tokenize/index.js';
import { configFields, count } from './configFields.js';

export interface Checkpoint {
  /** The parsed Hugging Face `config.json`. */
  readonly configJson: Readonly<Record<string, unknown>>;
  /** By their names in the checkpoint, with or without the family's prefix. */
  readonly weights: ReadonlyMap<string, Tensor>;
}

/** The tokenizer.json of a checkpoint, and the one it is to have. */
export interface TokenizerChange {
  readonly from: Uint8Array | string;
  readonly to: Uint8Array | string;
}

/** Of every family: word embeddings, untied output layers, and the biases of both kinds of output layer. */
const ROW_PER_TOKEN =
  /(^|\.)(word_embeddings\.weight|embed_tokens\.weight|wte\.weight|shared\.weight|lm_head\.weight|lm_head\.bias|(lm_head|predictions)\.decoder\.(weight|bias)|predictions\.bias)$/;

/**
 * The checkpoint with a row for each token of another tokenizer, see `growEmbedding`, and `vocab_size` in its config. All
 * else stays as it is.
 *
 * Throws BASE_MODEL_UNSUPPORTED for a checkpoint without word embeddings of its `vocab_size`, TOKENIZER_INVALID, SHAPE_MISMATCH
 * where the tokenizer has more ids than the checkpoint has rows.
 */
export async function growCheckpoint(
  { configJson, weights }: Checkpoint,
  { from, to }: TokenizerChange,
): Promise<Checkpoint> {
  const rows = count(configFields(configJson), 'vocab_size');
  const grown = new Map<string, Tensor>();
  let vocabularySize = 0;
  for (const [name, tensor] of weights) {
    if (!ROW_PER_TOKEN.test(name) || tensor.dims[0] !== rows) {
      grown.set(name, tensor);
      continue;
    }
    const next = await growEmbedding({ from, to, embedding: tensor });
    grown.set(name, next.embedding);
    vocabularySize = next.vocabularySize;
  }
  if (vocabularySize === 0) {
    throw new NnError(
      'BASE_MODEL_UNSUPPORTED',
      `the checkpoint has no word embeddings of ${rows} rows to grow`,
    );
  }
  return { configJson: { ...configJson, vocab_size: vocabularySize }, weights: grown };
}
