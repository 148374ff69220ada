import type { Graph } from '../graph/ir.js';
import type { Tensor } from '../tensor.js';

/** The fields of a Hugging Face BERT `config.json` that decide the computation. */
export interface BertConfig {
  readonly hiddenSize: number;
  readonly layers: number;
  readonly heads: number;
  readonly intermediateSize: number;
  readonly vocabularySize: number;
  readonly maxPositions: number;
  readonly typeVocabularySize: number;
  readonly layerNormEpsilon: number;
}

/**
 * A sequence classifier: an inference graph of standard ONNX operators and the weights it reads.
 *
 * Graph inputs: `input_ids` and `attention_mask`, int64 [batch, sequence].
 * Graph outputs: `logits` float32 [batch, labels] and `embedding` float32 [batch, hidden], the mean of the
 * last hidden state over real tokens.
 */
export interface Classifier {
  readonly config: BertConfig;
  readonly labels: readonly string[];
  /** The parameters are inputs of this graph in the order of `parameters`; `exportOnnx` binds them. */
  readonly graph: Graph;
  /** float32, under their Hugging Face names with the `bert.` prefix, in a fixed order. */
  readonly parameters: Map<string, Tensor>;
}

/**
 * One optimisation step's loss and gradients as an ONNX model.
 *
 * Inputs: `input_ids`, `attention_mask` int64 [batch, sequence], `labels` int64 [batch], and each trainable
 * parameter under its own name. Outputs: `loss` float32 [] (mean cross-entropy), `logits`, and
 * `gradientName(name)` for each trainable parameter, with the parameter's shape.
 */
export interface TrainingGraph {
  readonly model: Uint8Array;
  readonly trainable: readonly string[];
}

/** Name of the training graph's output that holds d loss / d `parameter`. */
export function gradientName(parameter: string): string {
  return `grad/${parameter}`;
}
