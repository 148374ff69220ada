import type { GraphBuilder } from '../ops/builder.js';
import type { Tensor } from '../tensor.js';
import type { ConfigFields } from './configFields.js';
import type { CachedContext, CacheShape } from './layers/keyValueCache.js';
import type { Layout } from './layers/layout.js';
import type { ParameterTable } from './parameters.js';
import type { ModelConfig, Task } from './types.js';

/** A task with the number of its classes; 0 where it has none. */
export interface Head {
  readonly task: Task;
  readonly labels: number;
}

/**
 * What a graph is for. `inference` uses standard operators and computes every output of the task; `training` may use
 * ONNX Runtime's own operators and computes only what the loss and the scores need.
 */
export type Purpose = 'inference' | 'training';

export interface InputRequest {
  readonly purpose: Purpose;
  /** Symbolic length of the batch. */
  readonly rows: string;
  /** Whether a row holds several texts; see `PackedLayout`. */
  readonly packed: boolean;
}

export interface ForwardRequest<C> {
  readonly builder: GraphBuilder;
  readonly config: C;
  readonly head: Head;
  readonly purpose: Purpose;
  readonly layout: Layout;
}

export interface DecodingRequest<C> {
  readonly builder: GraphBuilder;
  readonly config: C;
}

export interface DecoderRequest<C> extends DecodingRequest<C> {
  readonly context: CachedContext;
}

/** How a family writes a text token by token. */
export interface DecodingRule<C> {
  readonly cacheShape: (config: C) => CacheShape;
  /** What the decoder keeps of the encoder, by name; the encoder reads `input_ids` and `attention_mask`. */
  readonly encoder?: (request: DecodingRequest<C>) => Readonly<Record<string, string>>;
  /** Token that a decoder with an encoder starts from. */
  readonly startId?: (config: C) => number;
  /** The new tokens' last states, [batch*sequence, hidden]. */
  readonly decoder: (request: DecoderRequest<C>) => string;
  /** Scores of the vocabulary for rows of such states. */
  readonly output: (request: DecodingRequest<C> & { readonly states: string }) => string;
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
  /** Declares the tokens and where they belong: the graph inputs that are no labels and no parameters. */
  readonly declareInputs: (builder: GraphBuilder, request: InputRequest) => void;
  /** The task's outputs by name; every parameter is already a value of the builder. */
  readonly forward: (request: ForwardRequest<C>) => Readonly<Record<string, string>>;
  /** Only where there is a language-modelling head whose text has one direction. */
  readonly decoding?: DecodingRule<C>;
  readonly depthOf: (config: C, parameter: string) => Depth;
}
