import { optionalFlag, optionalNumbers } from './fields.js';
import type { Metadata } from './metadata.js';
import { invalid } from './tokenizerError.js';
import type { TokenizerPart, Vocabulary } from './vocabulary.js';

const NORMAL = 1;
const BYTE = 6;
const SPACE = '▁';

/** LLaMA's longest piece has 16 characters; the work is quadratic in the length of a piece. */
const PIECE_LENGTH_MAX = 256;

/**
 * A SentencePiece BPE vocabulary as LLaMA 1 and 2 have it: characters are joined to the piece of the highest score,
 * again and again, and what is in no piece becomes bytes. Throws TOKENIZER_INVALID.
 */
export function sentencePieceJson(
  metadata: Metadata,
  vocabulary: Vocabulary,
  unknown: string | undefined,
): TokenizerPart {
  const { tokens, ids, types } = vocabulary;
  const scores = optionalNumbers(metadata, 'tokenizer.ggml.scores', tokens.length);
  if (!scores) throw invalid('it has no scores');
  // As llama.cpp does where the file does not say.
  const prefixed = optionalFlag(metadata, 'tokenizer.ggml.add_space_prefix') ?? true;
  const replaced = { type: 'Replace', pattern: { String: ' ' }, content: SPACE };
  return {
    addsBos: true,
    postProcessor: null,
    json: {
      normalizer: {
        type: 'Sequence',
        normalizers: [...(prefixed ? [{ type: 'Prepend', prepend: SPACE }] : []), replaced],
      },
      pre_tokenizer: null,
      decoder: {
        type: 'Sequence',
        decoders: [
          { type: 'Replace', pattern: { String: SPACE }, content: ' ' },
          { type: 'ByteFallback' },
          { type: 'Fuse' },
          ...(prefixed ? [{ type: 'Strip', content: ' ', start: 1, stop: 0 }] : []),
        ],
      },
      model: {
        type: 'BPE',
        dropout: null,
        unk_token: unknown ?? null,
        continuing_subword_prefix: null,
        end_of_word_suffix: null,
        fuse_unk: true,
        byte_fallback: types.includes(BYTE),
        ignore_merges: false,
        vocab: Object.fromEntries(ids),
        merges: mergesOf(vocabulary, scores),
      },
    },
  };
}

interface Merge {
  readonly left: string;
  readonly right: string;
  readonly score: number;
  /** Characters of each side. */
  readonly lengths: readonly [number, number];
}

/**
 * The merges that build each normal piece from two others, in the order of the scores. Equal scores are ordered as in
 * `generate_merges` of `transformers`, so that both give the same file.
 */
function mergesOf(vocabulary: Vocabulary, scores: readonly number[]): [string, string][] {
  const merges = vocabulary.tokens.flatMap((_, id) => mergesInto(vocabulary, id, scores[id]!));
  merges.sort((a, b) => b.score - a.score || b.lengths[0] - a.lengths[0] || b.lengths[1] - a.lengths[1]);
  return merges.map(({ left, right }) => [left, right]);
}

function mergesInto({ tokens, ids, types }: Vocabulary, id: number, score: number): Merge[] {
  if (types[id] !== NORMAL) return [];
  const characters = [...tokens[id]!];
  if (characters.length > PIECE_LENGTH_MAX) {
    throw invalid(`token ${id} has ${characters.length} characters, over ${PIECE_LENGTH_MAX}`);
  }
  const normal = (piece: string) => types[ids.get(piece) ?? -1] === NORMAL;
  const merges: Merge[] = [];
  for (let at = 1; at < characters.length; at++) {
    const [left, right] = [characters.slice(0, at).join(''), characters.slice(at).join('')];
    if (normal(left) && normal(right)) {
      merges.push({ left, right, score, lengths: [at, characters.length - at] });
    }
  }
  return merges.sort((a, b) => ids.get(a.left)! - ids.get(b.left)! || ids.get(a.right)! - ids.get(b.right)!);
}
