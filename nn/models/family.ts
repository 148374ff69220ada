import type { GraphBuilder } from '../ops/builder.js';
import type { Tensor } from '../tensor.js';
import type { ConfigFields } from './configFields.js';
import type { ParameterTable } from './parameters.js';
import type { ModelConfig, Task } from './types.js';

/** A task with the number of its classes; 0 where it has none. */
export interface Head {
  readonly task: Task;
  readonly labels: number;
}

/**
 * What a graph is for. `inference` uses standard operators and computes every output of the task; `training` and
 * `evaluation` may use ONNX Runtime's own operators and compute only what the loss or the scores need.
 */
export type Purpose = 'inference' | 'training' | 'evaluation';

export interface ForwardRequest<C> {
  readonly builder: GraphBuilder;
  readonly config: C;
  readonly head: Head;
  readonly purpose: Purpose;
}

/** Where a parameter lies: 0 below the first layer, 1 to `layers` in one, above it in the head. */
export type Depth = number;

/** Everything a family of architectures knows about itself; one folder each. */
export interface Family<C extends ModelConfig> {
  /** `transformers`' class for each task there is a head for. */
  readonly tasks: { readonly [T in Task]?: string };
  /** What a checkpoint of the bare model leaves out of its parameters' names. */
  readonly prefix: string;
  /** Throws BASE_MODEL_UNSUPPORTED for a variant whose arithmetic differs. */
  readonly readConfig: (fields: ConfigFields, weights: ReadonlyMap<string, Tensor>) => C;
  /** Every parameter under its Hugging Face name, in the order of the forward pass. */
  readonly parameters: (config: C, head: Head) => ParameterTable;
  /** Declares the graph inputs that are no labels and no parameters; `rows` is the symbolic length of the batch. */
  readonly declareInputs: (builder: GraphBuilder, purpose: Purpose, rows: string) => void;
  /** The task's outputs by name; every parameter is already a value of the builder. */
  readonly forward: (request: ForwardRequest<C>) => Readonly<Record<string, string>>;
  readonly depthOf: (config: C, parameter: string) => Depth;
}
