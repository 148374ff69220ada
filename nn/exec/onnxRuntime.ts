import { env, InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { NnError } from '../errors.js';
import type { Tensor } from '../tensor.js';

import { releaseMemory } from './releaseMemory.js';
import type { OnnxRuntimeProvider, Runner, RunnerOptions } from './runner.js';

// Every error is thrown as well; printed too, a provider that is merely absent would look like a fault.
env.logLevel = 'fatal';

/** Loads an ONNX model into ONNX Runtime; throws what ONNX Runtime throws where it cannot. */
export async function createOnnxRuntimeRunner(
  model: Uint8Array,
  provider: OnnxRuntimeProvider,
  options: RunnerOptions,
): Promise<Runner> {
  return new OnnxRuntimeRunner(await openSession(model, provider, options), provider);
}

// Providers are given one at a time, because ONNX Runtime itself falls back to the CPU without saying so.
function openSession(
  model: Uint8Array,
  provider: OnnxRuntimeProvider,
  { threads, spinning = false }: RunnerOptions,
): Promise<InferenceSession> {
  return InferenceSession.create(model, {
    executionProviders: [provider],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    // A memory pattern is planned anew for every batch shape, and its one block is twice what the values need.
    enableMemPattern: false,
    logSeverityLevel: 4,
    extra: { session: { intra_op: { allow_spinning: spinning ? '1' : '0' } } },
  });
}

class OnnxRuntimeRunner implements Runner {
  readonly provider: string;
  readonly #session: InferenceSession;

  constructor(session: InferenceSession, provider: OnnxRuntimeProvider) {
    this.#session = session;
    this.provider = provider;
  }

  async run(
    feeds: Readonly<Record<string, Tensor>>,
    fetches: Readonly<Record<string, Tensor | null>>,
  ): Promise<Record<string, Tensor>> {
    const missing = Object.keys(fetches).find((name) => !this.#session.outputNames.includes(name));
    if (missing !== undefined) throw new NnError('SHAPE_MISMATCH', `the model has no output '${missing}'`);
    const results = await this.#run(feeds, fetches);
    // The binding also copies what was written in place: at each step as much as there are gradients.
    releaseMemory(Object.keys(fetches).flatMap((name) => (fetches[name] ? dataOf(results[name]) : [])));
    return Object.fromEntries(
      Object.entries(fetches).map(([name, tensor]) => [name, tensor ?? fromOrt(name, results[name])]),
    );
  }

  async dispose(): Promise<void> {
    await this.#session.release();
  }

  async #run(
    feeds: Readonly<Record<string, Tensor>>,
    fetches: Readonly<Record<string, Tensor | null>>,
  ): Promise<Readonly<Record<string, OrtTensor>>> {
    try {
      const given = mapValues(feeds, toOrt);
      const wanted = mapValues(fetches, (tensor) => (tensor === null ? null : toOrt(tensor)));
      return await this.#session.run(given, wanted);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new NnError('SHAPE_MISMATCH', `the model refused its inputs or outputs: ${reason}`, {
        cause: error,
      });
    }
  }
}

function dataOf(value: OrtTensor | undefined): ArrayBufferView[] {
  return ArrayBuffer.isView(value?.data) ? [value.data] : [];
}

function toOrt({ dtype, data, dims }: Tensor): OrtTensor {
  // The element type and the array's class agree by construction of Tensor.
  return new OrtTensor(dtype, data as Float32Array, dims);
}

function fromOrt(name: string, value: OrtTensor | undefined): Tensor {
  const dtype = value?.type;
  if (dtype !== 'float32' && dtype !== 'int64' && dtype !== 'int32' && dtype !== 'bool') {
    throw new NnError(
      'OPERATOR_UNSUPPORTED',
      `output '${name}' is of type ${dtype}, which no caller can read`,
    );
  }
  return { dtype, dims: value!.dims, data: value!.data as Tensor['data'] };
}

function mapValues<A, B>(record: Readonly<Record<string, A>>, map: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}
