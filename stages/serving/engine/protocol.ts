import {
  type ExecutionProvider,
  type PlumblineError,
  plumblineError,
  type TaskRule,
  toPlumblineError,
} from '../../../contracts/index.js';
import type { LoadableModel } from '../../../nn/index.js';

/** Whether the model scores whole sequences or each of their tokens. */
export type ModelHead = TaskRule['head'];

/** What the server tells an inference thread: first one `load`, then runs, one after another. */
export type EngineRequest =
  | {
      readonly type: 'load';
      readonly model: LoadableModel;
      readonly head: ModelHead;
      readonly threads: number;
      readonly providers: readonly ExecutionProvider[];
    }
  | { readonly type: 'run'; readonly id: number; readonly sequences: readonly Int32Array[] };

/** Class probabilities and embeddings [rows, hidden], row-major. */
export interface EngineOutput {
  /** [rows, labels]; of a token classifier [tokens, labels], one sequence after another, without padding. */
  readonly probabilities: Float32Array;
  readonly embeddings: Float32Array;
  /** Numbers in `probabilities` of each sequence; left out: all have as many. */
  readonly sizes?: readonly number[];
}

export interface EngineFailure {
  readonly code: string;
  readonly message: string;
}

export type EngineReport =
  | { readonly type: 'loaded'; readonly provider: string }
  | { readonly type: 'refused'; readonly failure: EngineFailure }
  | { readonly type: 'output'; readonly id: number; readonly output: EngineOutput }
  | { readonly type: 'failure'; readonly id: number; readonly failure: EngineFailure };

/** Errors lose their class on the way between threads; the code is what counts. */
export const toFailure = (thrown: unknown): EngineFailure => {
  const { code, message } = toPlumblineError(thrown);
  return { code, message };
};

export const fromFailure = ({ code, message }: EngineFailure): PlumblineError =>
  toPlumblineError(Object.assign(new Error(message), { code }));

export const engineEnded = (exitCode: number): PlumblineError =>
  plumblineError('INTERNAL', `the inference thread ended with code ${exitCode}; the model is loaded again`);
