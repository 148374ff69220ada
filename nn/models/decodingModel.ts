import { NnError } from '../errors.js';
import { encodeModel } from '../graph/encode.js';
import { GraphBuilder } from '../ops/builder.js';
import { familyOfType } from './families.js';
import { CachedContext, type CacheShape } from './layers/keyValueCache.js';
import { lastRows, perToken } from './layers/tokens.js';
import type { Model } from './types.js';

/**
 * A language model as ONNX models that write a text token by token.
 *
 * Inputs of `decoder`: `input_ids`, int64 [batch, sequence], the new tokens; `attention_mask`, int64 [batch,
 * past+sequence], 1 for each token, new or not, that is no padding; `past.N.keys` and `past.N.values` of each layer,
 * float32 [batch, heads, past, width], where `past` may be 0; `used_slots`, int64 [1], how many of the past's slots hold
 * tokens, while the others are masked; with an encoder also its outputs and `encoder_attention_mask`, int64 [batch, source].
 * Outputs: `logits` and `new.N.*` [batch, heads, sequence, width], to put into the past's slots from `used_slots` on.
 *
 * Inputs of `encoder`: `input_ids` and `attention_mask`, int64 [batch, source]. Outputs: `cross.N.keys` and
 * `cross.N.values` of each layer, float32 [batch, heads, source, width].
 */
export interface DecodingModel {
  readonly decoder: Uint8Array;
  /** What a seq2seq model reads its text with. */
  readonly encoder?: Uint8Array;
  /** The token a seq2seq model's own text starts from. */
  readonly startId?: number;
  readonly cacheShape: CacheShape;
  readonly vocabularySize: number;
  /** Most tokens of a text, the prompt included. */
  readonly maxPositions: number;
}

export interface DecodingOptions {
  /** `last`: logits [batch, vocabulary] after the last token of each row; `all`: [batch, sequence, vocabulary]. */
  readonly logits: 'last' | 'all';
}

/** Throws BASE_MODEL_UNSUPPORTED for a model that writes no text. */
export function buildDecodingModel(model: Model, { logits }: DecodingOptions): DecodingModel {
  const { config, task, modelType } = model;
  const rule = familyOfType(modelType).decoding;
  if (!rule || (task !== 'causal-lm' && task !== 'seq2seq-lm')) {
    throw new NnError('BASE_MODEL_UNSUPPORTED', `a ${modelType} model for ${task} writes no text`);
  }
  const { vocabularySize, maxPositions } = config;
  const cacheShape = rule.cacheShape(config);
  const builder = withParameters(model);
  const context = new CachedContext(builder, cacheShape);
  const states = rule.decoder({ builder, config, context });
  const rows = logits === 'last' ? lastRows(builder, states, context.shape) : states;
  const scores = rule.output({ builder, config, states: rows });
  const outputs = {
    logits: logits === 'last' ? scores : perToken(builder, scores, context.shape.tokens, vocabularySize),
    ...context.outputs,
  };
  const decoder = encodeModel(builder.build('decoder', outputs));
  const common = { decoder, cacheShape, vocabularySize, maxPositions };
  if (!rule.encoder || !rule.startId) return common;
  const encoding = withParameters(model);
  const encoded = rule.encoder({ builder: encoding, config });
  return {
    ...common,
    encoder: encodeModel(encoding.build('encoder', encoded)),
    startId: rule.startId(config),
  };
}

/** The parameters' present values as constants; a graph keeps those it needs. */
function withParameters({ parameters }: Model): GraphBuilder {
  const builder = new GraphBuilder();
  for (const [name, tensor] of parameters) builder.initializer(name, tensor);
  return builder;
}
