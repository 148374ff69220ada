import { Tokenizer as NativeTokenizer } from 'tokenizers';
import { NnError } from '../errors.js';
import { float32Data, float32Tensor, type Tensor } from '../tensor.js';
import type { Json } from './file/fields.js';
import { readTokenizerFile, type TokenizerFile } from './file/readTokenizerFile.js';
import { unknownId } from './file/unknownId.js';

export interface EmbeddingGrowth {
  /** The tokenizer.json that the embedding belongs to, and the one it shall belong to. */
  readonly from: Uint8Array | string;
  readonly to: Uint8Array | string;
  /** [vocabulary, hidden], or [vocabulary] for the bias of an output head; may have more rows than tokens. */
  readonly embedding: Tensor;
}

export interface GrownEmbedding {
  readonly embedding: Tensor;
  /** For the model's config: `vocab_size`. */
  readonly vocabularySize: number;
}

/** Of one native call; bounds what is alive at once. */
const TOKENS_PER_CALL = 4096;

/**
 * The embedding of another tokenizer: a token that both have keeps its row, a new one gets the mean of the rows of the old
 * tokens that its text is made of. A text with no known piece, and an id without a token, get the mean of all old tokens.
 * A tied output head is this same tensor; an untied one, and its bias, are grown by a call of their own.
 *
 * Source: fast vocabulary transfer, Gee, Zugarini, Rigutini and Torroni, EMNLP 2022 (industry track). Throws
 * TOKENIZER_INVALID, and SHAPE_MISMATCH for an embedding with fewer rows than `from` has ids.
 */
export async function growEmbedding({ from, to, embedding }: EmbeddingGrowth): Promise<GrownEmbedding> {
  const [before, after] = [readTokenizerFile(from), readTokenizerFile(to)];
  const [rows, ...rest] = embedding.dims;
  const old = float32Data(embedding);
  const oldSize = sizeOf(before);
  if (rows === undefined || rest.length > 1 || rows < oldSize) {
    throw new NnError(
      'SHAPE_MISMATCH',
      `an embedding of shape [${embedding.dims.join(', ')}] cannot be that of a tokenizer with ${oldSize} ids`,
    );
  }
  const width = rest[0] ?? 1;
  const vocabularySize = sizeOf(after);
  const grown = new Float32Array(vocabularySize * width);
  const mean = meanOfRows(old, [...before.vocabulary.values()], width);
  for (let id = 0; id < vocabularySize; id++) grown.set(mean, id * width);
  const fresh: string[] = [];
  for (const [token, id] of after.vocabulary) {
    const oldId = before.vocabulary.get(token);
    if (oldId === undefined) fresh.push(token);
    else grown.set(old.subarray(oldId * width, (oldId + 1) * width), id * width);
  }
  for await (const [token, pieces] of piecesOf(fresh, before, after)) {
    if (pieces.length === 0) continue;
    grown.set(meanOfRows(old, pieces, width), after.vocabulary.get(token)! * width);
  }
  return { embedding: float32Tensor([vocabularySize, ...rest], grown), vocabularySize };
}

/** Old ids that each token's text is made of, without the unknown token. */
async function* piecesOf(
  tokens: readonly string[],
  before: TokenizerFile,
  after: TokenizerFile,
): AsyncGenerator<readonly [token: string, ids: readonly number[]]> {
  const added = new Set(((after.json['added_tokens'] ?? []) as Json[]).map((token) => token['content']));
  const unknown = unknownId(before);
  // A token of the model is written as the model sees words (##ing, Ġword, ▁word); an added one as texts have it.
  const sources = [
    { texts: tokens.filter((token) => !added.has(token)), native: modelAlone(before.json) },
    { texts: tokens.filter((token) => added.has(token)), native: fromJson(before.json) },
  ];
  for (const { texts, native } of sources) {
    for (let start = 0; start < texts.length; start += TOKENS_PER_CALL) {
      const chunk = texts.slice(start, start + TOKENS_PER_CALL);
      const encodings = await native.encodeBatch(chunk, { addSpecialTokens: false });
      for (const [i, encoding] of encodings.entries()) {
        yield [chunk[i]!, encoding.getIds().filter((id) => id !== unknown)];
      }
    }
  }
}

function modelAlone(json: Json): NativeTokenizer {
  const nothing = {
    added_tokens: [],
    normalizer: null,
    pre_tokenizer: null,
    post_processor: null,
    decoder: null,
  };
  return fromJson({ ...json, ...nothing });
}

function fromJson(json: Json): NativeTokenizer {
  return NativeTokenizer.fromString(JSON.stringify(json));
}

function sizeOf({ vocabulary }: TokenizerFile): number {
  return [...vocabulary.values()].reduce((largest, id) => Math.max(largest, id), -1) + 1;
}

/** Sums in double precision, so that the mean does not depend on the number of rows. */
function meanOfRows(data: Float32Array, rows: readonly number[], width: number): Float32Array {
  const sums = new Float64Array(width);
  for (const row of rows) {
    for (let i = 0; i < width; i++) sums[i] = sums[i]! + data[row * width + i]!;
  }
  return Float32Array.from(sums, (sum) => sum / rows.length);
}
