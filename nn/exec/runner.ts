import type { Tensor } from '../tensor.js';

/** Where ONNX Runtime computes. */
export type OnnxRuntimeProvider = 'cpu' | 'cuda' | 'tensorrt';

/** Where tfjs computes; `tfjs-node` and `tfjs-node-gpu` are packages to install beside this one. */
export type InterpreterProvider = 'tfjs-cpu' | 'tfjs-wasm' | 'tfjs-node' | 'tfjs-node-gpu';

export type Provider = OnnxRuntimeProvider | InterpreterProvider;

/** The content of an ONNX file, or the path of one, whose weights may lie beside it. */
export type LoadableModel = Uint8Array | string;

export interface RunnerOptions {
  /**
   * Threads inside one operator; the results do not depend on anything else of the machine. The tfjs providers choose
   * for themselves.
   */
  readonly threads: number;
  /** Tried in this order; the first that loads is used. Default: `['cpu']`. */
  readonly providers?: readonly Provider[];
  /**
   * Threads wait for the next operator in a loop rather than asleep: only for a machine that does nothing else,
   * elsewhere it takes a quarter more processor time. Default: false.
   */
  readonly spinning?: boolean;
  /**
   * Gives the memory of intermediate values back after each run: for what is run seldom, since taking it again
   * costs 2 to 8 % of the time. Default: false.
   */
  readonly releasing?: boolean;
}

/** A loaded model. `run` computes on the calling thread until it is done: call it from a worker thread. */
export interface Runner {
  /** The provider that really runs the model. */
  readonly provider: string;
  /**
   * Computes the outputs named in `fetches`. A tensor there is written in place and must have the output's
   * exact shape; `null` allocates one. Feeds that the model does not read are ignored. Throws SHAPE_MISMATCH for feeds
   * or fetches that do not fit the model, and for values that do not fit each other.
   */
  run(
    feeds: Readonly<Record<string, Tensor>>,
    fetches: Readonly<Record<string, Tensor | null>>,
  ): Promise<Record<string, Tensor>>;
  dispose(): Promise<void>;
}
