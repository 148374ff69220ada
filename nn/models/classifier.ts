import { NnError } from '../errors.js';
import { encodeModel } from '../graph/encode.js';
import { GraphBuilder } from '../ops/builder.js';
import type { Tensor } from '../tensor.js';
import { parseBertConfig } from './bert/config.js';
import { encode, firstTokens } from './bert/encoder.js';
import { classify, meanOfTokens } from './bert/heads.js';
import { batchShape, declareTokens } from './bert/inputs.js';
import { loadParameters } from './bert/parameters.js';
import type { Classifier } from './types.js';

export interface ClassifierSource {
  /** The parsed Hugging Face `config.json`. */
  readonly configJson: unknown;
  readonly weights: ReadonlyMap<string, Tensor>;
  /** At least two, each once; their order is the order of the scores. */
  readonly labels: readonly string[];
  /** Decides the weights of a head the checkpoint lacks. */
  readonly seed: number;
}

/**
 * `transformers`' BertForSequenceClassification in evaluation mode, without dropout. Throws
 * BASE_MODEL_UNSUPPORTED for another architecture or a checkpoint that lacks weights, LABEL_UNKNOWN for
 * fewer than two or repeated labels.
 */
export function buildClassifier({ configJson, weights, labels, seed }: ClassifierSource): Classifier {
  if (labels.length < 2 || new Set(labels).size !== labels.length) {
    throw new NnError(
      'LABEL_UNKNOWN',
      `a classifier needs at least two different labels, given: ${labels.join(', ')}`,
    );
  }
  const config = parseBertConfig(configJson);
  const parameters = loadParameters(config, labels.length, weights, seed);
  const builder = new GraphBuilder();
  declareTokens(builder);
  for (const [name, tensor] of parameters) builder.initializer(name, tensor);
  const shape = batchShape(builder);
  const { hidden, mask } = encode(builder, config, shape, { attention: 'standard', lastLayer: 'all' });
  const logits = classify(builder, firstTokens(builder, hidden, shape));
  const embedding = meanOfTokens(builder, config, { hidden, mask, tokens: shape.tokens });
  const graph = builder.build('classifier', { logits, embedding });
  return { config, labels: [...labels], graph, parameters };
}

/**
 * The inference model as an ONNX file: standard operators only, weights under their Hugging Face names, the
 * labels as a JSON array in `metadata_props`.
 */
export function exportOnnx({ graph, labels, parameters }: Classifier): Uint8Array {
  const initializers = new Map(
    [...graph.initializers].map(([name, tensor]) => [name, parameters.get(name) ?? tensor]),
  );
  return encodeModel({ ...graph, initializers }, { labels: JSON.stringify(labels) });
}
