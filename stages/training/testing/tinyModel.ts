import { Random, type Tensor, writeSafetensors } from '../../../nn/index.js';
import { wordPieceJson } from '../../../nn/tokenize/testing/wordPieceJson.js';

const WORDS = [
  'offer',
  'prize',
  'money',
  'meeting',
  'agenda',
  'noon',
  'invoice',
  'total',
  'due',
  'the',
  'a',
  'now',
];
const SPECIAL = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'];
const HIDDEN = 16;
const INTERMEDIATE = 32;
const LAYERS = 2;
const POSITIONS = 32;

export const TINY_CONFIG = {
  architectures: ['BertModel'],
  model_type: 'bert',
  hidden_act: 'gelu',
  hidden_size: HIDDEN,
  intermediate_size: INTERMEDIATE,
  layer_norm_eps: 1e-12,
  max_position_embeddings: POSITIONS,
  num_attention_heads: 2,
  num_hidden_layers: LAYERS,
  pad_token_id: 0,
  position_embedding_type: 'absolute',
  type_vocab_size: 2,
  vocab_size: SPECIAL.length + WORDS.length,
};

const parameterShapes = (vocabularySize: number): [string, number[]][] => {
  const norm = (name: string): [string, number[]][] => [
    [`${name}.LayerNorm.weight`, [HIDDEN]],
    [`${name}.LayerNorm.bias`, [HIDDEN]],
  ];
  const linear = (name: string, to: number, from: number): [string, number[]][] => [
    [`${name}.weight`, [to, from]],
    [`${name}.bias`, [to]],
  ];
  const layer = (name: string): [string, number[]][] => [
    ...linear(`${name}.attention.self.query`, HIDDEN, HIDDEN),
    ...linear(`${name}.attention.self.key`, HIDDEN, HIDDEN),
    ...linear(`${name}.attention.self.value`, HIDDEN, HIDDEN),
    ...linear(`${name}.attention.output.dense`, HIDDEN, HIDDEN),
    ...norm(`${name}.attention.output`),
    ...linear(`${name}.intermediate.dense`, INTERMEDIATE, HIDDEN),
    ...linear(`${name}.output.dense`, HIDDEN, INTERMEDIATE),
    ...norm(`${name}.output`),
  ];
  return [
    ['embeddings.word_embeddings.weight', [vocabularySize, HIDDEN]],
    ['embeddings.position_embeddings.weight', [POSITIONS, HIDDEN]],
    ['embeddings.token_type_embeddings.weight', [TINY_CONFIG.type_vocab_size, HIDDEN]],
    ...norm('embeddings'),
    ...Array.from({ length: LAYERS }, (_, index) => layer(`encoder.layer.${index}`)).flat(),
    ...linear('pooler.dense', HIDDEN, HIDDEN),
  ];
};

/** The three files of a random BERT of 16 dimensions and two layers that knows the words, as its publisher would offer them. */
export const tinyModel = (words: readonly string[] = WORDS) => {
  const vocabularySize = SPECIAL.length + words.length;
  const random = new Random(11);
  const weights = new Map<string, Tensor>(
    parameterShapes(vocabularySize).map(([name, dims]) => {
      const data = Float32Array.from({ length: dims.reduce((a, b) => a * b, 1) }, () =>
        name.endsWith('LayerNorm.weight') ? 1 : (random.uniform() - 0.5) * 0.3,
      );
      return [name, { dtype: 'float32', dims, data }];
    }),
  );
  return {
    'config.json': Buffer.from(JSON.stringify({ ...TINY_CONFIG, vocab_size: vocabularySize })),
    'tokenizer.json': Buffer.from(wordPieceJson(SPECIAL, words)),
    'model.safetensors': Buffer.from(writeSafetensors(weights)),
  };
};

/** Texts that a tiny model can tell apart: each label has three words of its own among common ones. */
export const tinyText = (label: 'spam' | 'ham', index: number): string => {
  const own = label === 'spam' ? WORDS.slice(0, 3) : WORDS.slice(3, 6);
  const common = WORDS.slice(6);
  return [own[index % 3], common[index % 6], common[(index * 5 + 1) % 6], own[(index * 7) % 3]]
    .slice(0, 2 + (index % 3))
    .join(' ');
};
