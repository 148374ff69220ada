import { env, InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { NnError } from '../errors.js';
import { encodeModel } from '../graph/encode.js';
import { GraphBuilder } from '../ops/builder.js';
import type { Tensor } from '../tensor.js';
import { releaseMemory } from './releaseMemory.js';
import type { LoadableModel, OnnxRuntimeProvider, Runner, RunnerOptions } from './runner.js';

// Every error is thrown as well; printed too, a provider that is merely absent would look like a fault.
env.logLevel = 'fatal';

/**
 * Loads an ONNX model into ONNX Runtime. Throws PROVIDER_UNAVAILABLE, saying what to do, where the provider loads no
 * model at all; what ONNX Runtime throws where it does not load this one.
 */
export async function createOnnxRuntimeRunner(
  model: LoadableModel,
  provider: OnnxRuntimeProvider,
  options: RunnerOptions,
): Promise<Runner> {
  try {
    return new OnnxRuntimeRunner(await openSession(model, provider, options), provider);
  } catch (error) {
    await requireProvider(provider, options);
    throw error;
  }
}

/** What makes a provider ready that is not. */
const REMEDIES: Readonly<Record<OnnxRuntimeProvider, string>> = {
  cpu: 'install onnxruntime-node again',
  cuda: 'it needs an NVIDIA driver, CUDA 12, cuDNN 9 and the files that `npm rebuild onnxruntime-node` fetches',
  tensorrt: 'it needs what cuda needs, and TensorRT 10',
};

/** ONNX Runtime has no list of what is ready and no codes, so a model that every provider runs is the question. */
async function requireProvider(provider: OnnxRuntimeProvider, options: RunnerOptions): Promise<void> {
  const builder = new GraphBuilder();
  const y = builder.emit('Identity-16', [builder.input('x', 'float32', [1])]);
  try {
    const session = await openSession(encodeModel(builder.build('probe', { y })), provider, options);
    await session.release();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new NnError('PROVIDER_UNAVAILABLE', `${reason.trim()}; ${REMEDIES[provider]}`, { cause });
  }
}

// Providers are given one at a time, because ONNX Runtime itself falls back to the CPU without saying so.
function openSession(
  model: LoadableModel,
  provider: OnnxRuntimeProvider,
  { threads, spinning = false, releasing = false }: RunnerOptions,
): Promise<InferenceSession> {
  const settings: InferenceSession.SessionOptions = {
    executionProviders: [provider],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    // A memory pattern is planned anew for every batch shape, and its one block is twice what the values need.
    enableMemPattern: false,
    enableCpuMemArena: !releasing,
    logSeverityLevel: 4,
    extra: { session: { intra_op: { allow_spinning: spinning ? '1' : '0' } } },
  };
  // The overloads take one kind each.
  return typeof model === 'string'
    ? InferenceSession.create(model, settings)
    : InferenceSession.create(model, settings);
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
  // The element type and the array's class agree by construction of Tensor; bfloat16, which it lacks, it refuses.
  return new OrtTensor(dtype as 'float32', data as Float32Array, dims);
}

function fromOrt(name: string, value: OrtTensor | undefined): Tensor {
  const dtype = value?.type;
  // Newer versions of Node have an array of half floats; what we hold is their bits.
  if (dtype === 'float16') return { dtype, dims: value!.dims, data: wordsOf(value!.data as Uint16Array) };
  if (dtype !== 'float32' && dtype !== 'int64' && dtype !== 'int32' && dtype !== 'bool') {
    throw new NnError(
      'OPERATOR_UNSUPPORTED',
      `output '${name}' is of type ${dtype}, which no caller can read`,
    );
  }
  return { dtype, dims: value!.dims, data: value!.data as Tensor['data'] };
}

function wordsOf({ buffer, byteOffset, length }: Uint16Array): Uint16Array {
  return new Uint16Array(buffer, byteOffset, length);
}

function mapValues<A, B>(record: Readonly<Record<string, A>>, map: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}
