import type { GraphBuilder } from '../../ops/builder.js';
import type { Family } from '../family.js';
import { linear, project } from '../layers/linear.js';
import { layerNorm } from '../layers/norms.js';
import { declareTokens } from '../layers/tokens.js';
import type { BertConfig } from '../types.js';
import { readBertConfig } from './config.js';
import { encoderForward } from './heads.js';
import { encoderDepth, encoderParameters, tokenHeadParameters } from './parameters.js';

const PREFIX = 'bert';
const WORDS = `${PREFIX}.embeddings.word_embeddings.weight`;

/** BERT (Devlin et al., 2018) as in `transformers`, in evaluation mode, without dropout. */
export const bert: Family<BertConfig> = {
  tasks: {
    'sequence-classification': 'BertForSequenceClassification',
    'token-classification': 'BertForTokenClassification',
    'question-answering': 'BertForQuestionAnswering',
    'masked-lm': 'BertForMaskedLM',
    'sentence-embedding': 'BertModel',
  },
  prefix: `${PREFIX}.`,
  readConfig: readBertConfig,
  parameters: (config, head) => {
    const { hiddenSize, vocabularySize } = config;
    const list = encoderParameters(config, PREFIX, config.maxPositions);
    if (head.task === 'sequence-classification') {
      list.presence('optional').linear(`${PREFIX}.pooler.dense`, hiddenSize, hiddenSize);
      list.presence('replaceable').linear('classifier', hiddenSize, head.labels);
    }
    if (head.task === 'masked-lm') {
      list.presence('optional').linear('cls.predictions.transform.dense', hiddenSize, hiddenSize);
      list
        .norm('cls.predictions.transform.LayerNorm', hiddenSize)
        .bias('cls.predictions.bias', vocabularySize);
    }
    tokenHeadParameters(list, hiddenSize, head);
    return list.table;
  },
  declareInputs: (builder, { rows, packed }) => declareTokens(builder, rows, packed),
  forward: (request) =>
    encoderForward(request, {
      prefix: PREFIX,
      positions: (_, layout) => layout.positions(),
      classify,
      decode,
    }),
  depthOf: (config, name) => encoderDepth(config, PREFIX, name),
};

/** Pooler, tanh, linear. */
function classify(builder: GraphBuilder, firstToken: string): string {
  const pooled = builder.emit('Tanh-13', [linear(builder, firstToken, `${PREFIX}.pooler.dense`)]);
  return linear(builder, pooled, 'classifier');
}

/** The decoder is the word embedding, with a bias of its own. */
function decode(builder: GraphBuilder, hidden: string, epsilon: number): string {
  const at = 'cls.predictions';
  const turned = builder.emit('Gelu-20', [linear(builder, hidden, `${at}.transform.dense`)]);
  const normed = layerNorm(builder, turned, `${at}.transform.LayerNorm`, epsilon);
  return project(builder, normed, WORDS, { bias: `${at}.bias` });
}
