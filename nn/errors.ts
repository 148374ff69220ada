/** Every way the neural core refuses. The names equal the project's codes, so an edge can map them one to one. */
export const NN_ERROR_CODES = [
  'WEIGHTS_CORRUPT',
  'BASE_MODEL_UNSUPPORTED',
  'TOKENIZER_INVALID',
  'GRAPH_INVALID',
  'OPERATOR_UNSUPPORTED',
  'PROVIDER_UNAVAILABLE',
  'SHAPE_MISMATCH',
  'LABEL_UNKNOWN',
  'LOSS_NOT_FINITE',
  'MEMORY_INSUFFICIENT',
  'CHECKPOINT_CORRUPT',
  'REQUEST_INVALID',
  'CANCELLED',
] as const;

export type NnErrorCode = (typeof NN_ERROR_CODES)[number];

/** What else is known about a refusal; plain data, so that it survives a thread boundary. */
export type NnErrorDetails = Readonly<Record<string, unknown>>;

export interface NnErrorOptions {
  readonly details?: NnErrorDetails;
  readonly cause?: unknown;
}

/** The only error class thrown on purpose by `nn/`. */
export class NnError extends Error {
  readonly code: NnErrorCode;
  readonly details: NnErrorDetails | undefined;

  constructor(code: NnErrorCode, message: string, options: NnErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'NnError';
    this.code = code;
    this.details = options.details;
  }
}
