import type { Graph } from '../graph/ir.js';
import type { Tensor } from '../tensor.js';

/** `model_type` of a Hugging Face `config.json`. */
export const MODEL_TYPES = ['bert', 'roberta', 'gpt2', 'llama', 't5'] as const;
export type ModelType = (typeof MODEL_TYPES)[number];

export const TASKS = [
  'sequence-classification',
  'token-classification',
  'question-answering',
  'masked-lm',
  'causal-lm',
  'seq2seq-lm',
  'sentence-embedding',
] as const;
export type Task = (typeof TASKS)[number];

/** What every family's configuration says. */
interface CommonConfig {
  readonly hiddenSize: number;
  /** Of the encoder where there are two stacks. */
  readonly layers: number;
  readonly heads: number;
  readonly intermediateSize: number;
  readonly vocabularySize: number;
  /** Tokens of the longest text the model can read. */
  readonly maxPositions: number;
  readonly normEpsilon: number;
}

export interface BertConfig extends CommonConfig {
  readonly modelType: 'bert';
  readonly typeVocabularySize: number;
}

export interface RobertaConfig extends CommonConfig {
  readonly modelType: 'roberta';
  readonly typeVocabularySize: number;
  /** Token of padding; positions count from the one after it. */
  readonly padId: number;
}

export interface Gpt2Config extends CommonConfig {
  readonly modelType: 'gpt2';
  /** Whether the output projection is the token embedding. */
  readonly tied: boolean;
  readonly scaleScores: boolean;
  readonly scaleByLayer: boolean;
}

export interface LlamaConfig extends CommonConfig {
  readonly modelType: 'llama';
  readonly keyValueHeads: number;
  readonly headWidth: number;
  readonly tied: boolean;
  readonly attentionBias: boolean;
  readonly mlpBias: boolean;
  readonly rope: RopeConfig;
}

/** How fast each pair of units turns with the position. */
export type RopeConfig = { readonly theta: number } & (
  | { readonly type: 'default' }
  | { readonly type: 'linear'; readonly factor: number }
  | {
      readonly type: 'llama3';
      readonly factor: number;
      readonly lowFrequencyFactor: number;
      readonly highFrequencyFactor: number;
      readonly originalMaxPositions: number;
    }
);

export interface T5Config extends CommonConfig {
  readonly modelType: 't5';
  readonly decoderLayers: number;
  readonly headWidth: number;
  readonly buckets: number;
  readonly maxDistance: number;
  readonly feedForward: 'relu' | 'gated-gelu';
  readonly tied: boolean;
  /** Whether the decoder's output is multiplied by hiddenSize^-0.5 before the output projection. */
  readonly scaleOutput: boolean;
  readonly padId: number;
  readonly decoderStartId: number;
}

export interface ModelConfigs {
  readonly bert: BertConfig;
  readonly roberta: RobertaConfig;
  readonly gpt2: Gpt2Config;
  readonly llama: LlamaConfig;
  readonly t5: T5Config;
}

export type ModelConfig = ModelConfigs[ModelType];

/**
 * A model with one head: an inference graph of standard ONNX operators and the weights it reads.
 *
 * Graph inputs: `input_ids` and `attention_mask`, int64 [batch, sequence], padded on the right; `seq2seq-lm` also
 * `decoder_input_ids`, int64 [batch, target]. Graph outputs, all float32:
 *
 * - `sequence-classification`: `logits` [batch, labels] and `embedding` [batch, hidden], the mean of the last hidden
 *   state over real tokens
 * - `token-classification`: `logits` [batch, sequence, labels] and the same `embedding`
 * - `question-answering`: `start_logits` and `end_logits` [batch, sequence]
 * - `masked-lm`, `causal-lm`: `logits` [batch, sequence, vocabulary]
 * - `seq2seq-lm`: `logits` [batch, target, vocabulary]
 * - `sentence-embedding`: `embedding` [batch, hidden] of length 1
 */
export interface Model {
  readonly modelType: ModelType;
  readonly task: Task;
  readonly config: ModelConfig;
  /** The classes; empty for a task without. */
  readonly labels: readonly string[];
  /** The parameters are initializers of this graph; `exportOnnx` binds their present values. */
  readonly graph: Graph;
  /** float32, under their Hugging Face names with the family's prefix, in a fixed order. */
  readonly parameters: Map<string, Tensor>;
}

/** A model whose task is `sequence-classification`. */
export type Classifier = Model;

/**
 * One optimisation step's loss and gradients as an ONNX model.
 *
 * Inputs: `input_ids`, `attention_mask` int64 [batch, sequence], the task's labels (`inputs` names all), and each
 * trainable parameter under its own name. Outputs: `loss` float32 [], the task's outputs, and `gradientName(name)` for
 * each trainable parameter, with the parameter's shape.
 */
export interface TrainingGraph {
  readonly model: Uint8Array;
  readonly trainable: readonly string[];
  /** What a step feeds besides the trainable parameters. */
  readonly inputs: readonly string[];
}

/** Name of the training graph's output that holds d loss / d `parameter`. */
export function gradientName(parameter: string): string {
  return `grad/${parameter}`;
}
