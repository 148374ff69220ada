import { Worker } from 'node:worker_threads';
import type { ExecutionProvider } from '../../../contracts/index.js';
import { type LoadableModel, threadEntry } from '../../../nn/index.js';
import {
  type EngineOutput,
  type EngineReport,
  type EngineRequest,
  engineEnded,
  fromFailure,
  type ModelHead,
} from './protocol.js';

/** A model loaded on a thread of its own. */
export interface Engine {
  /** The execution provider that really runs the model. */
  readonly provider: string;
  /** False once the thread has died; every later run is refused. */
  readonly alive: boolean;
  /**
   * Computes one batch; rows come in the order of the sequences. Batches wait for one another.
   * @throws SHAPE_MISMATCH and the like from the model, INTERNAL when the thread has died
   */
  run(sequences: readonly Int32Array[]): Promise<EngineOutput>;
  close(): Promise<void>;
}

interface Waiting<T> {
  resolve(value: T): void;
  reject(error: Error): void;
}

/** @throws GRAPH_INVALID when no provider can load the model, PROVIDER_UNAVAILABLE when none is there */
export const startEngine = async (input: {
  readonly model: LoadableModel;
  readonly head: ModelHead;
  readonly threads: number;
  readonly providers: readonly ExecutionProvider[];
}): Promise<Engine> => {
  const worker = new Worker(threadEntry(import.meta.url, 'thread.js'));
  const waiting = new Map<number, Waiting<EngineOutput>>();
  let lastId = 0;
  let death: Error | null = null;
  const post = (request: EngineRequest) => worker.postMessage(request);

  const provider = await new Promise<string>((resolve, reject) => {
    const die = (error: Error) => {
      death ??= error;
      reject(death);
      for (const { reject: refuse } of waiting.values()) refuse(death);
      waiting.clear();
    };
    worker.on('error', die);
    worker.on('exit', (code) => die(engineEnded(code)));
    worker.on('message', (report: EngineReport) => {
      if (report.type === 'loaded') resolve(report.provider);
      else if (report.type === 'refused') {
        reject(fromFailure(report.failure));
        void worker.terminate();
      } else {
        const caller = waiting.get(report.id);
        waiting.delete(report.id);
        if (report.type === 'output') caller?.resolve(report.output);
        else caller?.reject(fromFailure(report.failure));
      }
    });
    post({ type: 'load', ...input });
  });

  return {
    provider,
    get alive() {
      return death === null;
    },
    run: (sequences) =>
      new Promise((resolve, reject) => {
        if (death !== null) return reject(death);
        lastId += 1;
        waiting.set(lastId, { resolve, reject });
        post({ type: 'run', id: lastId, sequences });
      }),
    async close() {
      await worker.terminate();
    },
  };
};
