import { int } from '../../graph/attributes.js';
import type { GraphBuilder } from '../../ops/builder.js';
import { readEncoderConfig } from '../bert/config.js';
import { encoderForward } from '../bert/heads.js';
import { encoderDepth, encoderParameters, tokenHeadParameters } from '../bert/parameters.js';
import { type ConfigFields, oneOf, unsupported, whole } from '../configFields.js';
import type { Family } from '../family.js';
import type { Layout } from '../layers/layout.js';
import { linear, project } from '../layers/linear.js';
import { layerNorm } from '../layers/norms.js';
import { declareTokens, int64Scalar } from '../layers/tokens.js';
import type { RobertaConfig } from '../types.js';

const PREFIX = 'roberta';
const WORDS = `${PREFIX}.embeddings.word_embeddings.weight`;

/** RoBERTa (Liu et al., 2019): BERT's encoder with positions that skip padding, and heads of its own. */
export const roberta: Family<RobertaConfig> = {
  tasks: {
    'sequence-classification': 'RobertaForSequenceClassification',
    'token-classification': 'RobertaForTokenClassification',
    'question-answering': 'RobertaForQuestionAnswering',
    'masked-lm': 'RobertaForMaskedLM',
    'sentence-embedding': 'RobertaModel',
  },
  prefix: `${PREFIX}.`,
  readConfig,
  parameters: (config, head) => {
    const { hiddenSize, vocabularySize } = config;
    const list = encoderParameters(config, PREFIX, positionRows(config));
    if (head.task === 'sequence-classification') {
      list.presence('optional').linear('classifier.dense', hiddenSize, hiddenSize);
      list.presence('replaceable').linear('classifier.out_proj', hiddenSize, head.labels);
    }
    if (head.task === 'masked-lm') {
      list.presence('optional').linear('lm_head.dense', hiddenSize, hiddenSize);
      list.norm('lm_head.layer_norm', hiddenSize).bias('lm_head.bias', vocabularySize);
    }
    tokenHeadParameters(list, hiddenSize, head);
    return list.table;
  },
  declareInputs: (builder, { rows, packed }) => declareTokens(builder, rows, packed),
  forward: (request) =>
    encoderForward(request, {
      prefix: PREFIX,
      positions: (builder, layout) => positions(builder, layout, request.config.padId),
      classify,
      decode,
    }),
  depthOf: (config, name) => encoderDepth(config, PREFIX, name),
};

/** Rows of the position table: those up to the padding's are never used by a real token. */
function positionRows({ maxPositions, padId }: RobertaConfig): number {
  return maxPositions + padId + 1;
}

function readConfig(fields: ConfigFields): RobertaConfig {
  oneOf(fields, 'model_type', ['roberta']);
  const config = readEncoderConfig(fields);
  const padId = whole(fields, 'pad_token_id', 0, config.vocabularySize - 1, 1);
  const maxPositions = config.maxPositions - padId - 1;
  if (maxPositions < 1) {
    throw unsupported(
      'max_position_embeddings',
      config.maxPositions,
      `more than pad_token_id + 1 (${padId + 1})`,
    );
  }
  return { modelType: 'roberta', ...config, maxPositions, padId };
}

/** padId + 1, padId + 2, ... for the tokens that are not padding, padId for those that are. */
function positions(builder: GraphBuilder, layout: Layout, padId: number): string {
  const pad = int64Scalar(builder, padId);
  const padding = builder.emit('Cast-19', [builder.emit('Equal-19', ['input_ids', pad])], { to: int(7) });
  const real = builder.emit('Sub-14', [int64Scalar(builder, 1), padding]);
  const counted = layout.countUpTo(real);
  return builder.emit('Add-14', [builder.emit('Mul-14', [counted, real]), pad]);
}

function classify(builder: GraphBuilder, firstToken: string): string {
  const dense = builder.emit('Tanh-13', [linear(builder, firstToken, 'classifier.dense')]);
  return linear(builder, dense, 'classifier.out_proj');
}

/** The decoder is the word embedding, with a bias of its own. */
function decode(builder: GraphBuilder, hidden: string, epsilon: number): string {
  const turned = builder.emit('Gelu-20', [linear(builder, hidden, 'lm_head.dense')]);
  const normed = layerNorm(builder, turned, 'lm_head.layer_norm', epsilon);
  return project(builder, normed, WORDS, { bias: 'lm_head.bias' });
}
