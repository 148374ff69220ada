import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { NnError } from '../../errors.js';
import type { InterpreterProvider } from '../runner.js';

/** Imports a package that may not be installed. */
type Import = (specifier: string) => Promise<unknown>;

const importPackage: Import = (specifier) => import(specifier);

interface Backend {
  /** The name it has within tfjs. */
  readonly name: string;
  /** Registers it with tfjs. Throws PROVIDER_UNAVAILABLE saying what is missing. */
  register(load: Import): Promise<void>;
}

const BACKENDS: Readonly<Record<InterpreterProvider, Backend>> = {
  'tfjs-cpu': {
    name: 'cpu',
    register: async () => {
      await import('@tensorflow/tfjs-backend-cpu');
    },
  },
  'tfjs-wasm': { name: 'wasm', register: registerWasm },
  'tfjs-node': {
    name: 'tensorflow',
    register: (load) => registerTensorFlow('@tensorflow/tfjs-node', load),
  },
  'tfjs-node-gpu': {
    name: 'tensorflow',
    register: async (load) => {
      await registerTensorFlow('@tensorflow/tfjs-node-gpu', load);
      // TensorFlow itself falls back to the processor without saying so.
      const backend = tf.findBackend('tensorflow') as { readonly isUsingGpuDevice?: boolean } | null;
      if (!backend?.isUsingGpuDevice)
        throw new NnError('PROVIDER_UNAVAILABLE', 'TensorFlow found no CUDA device to run on');
    },
  },
};

/**
 * Makes a provider ready and gives the name its backend has within tfjs. Throws PROVIDER_UNAVAILABLE, saying what to
 * install, where it is not there.
 */
export async function loadBackend(
  provider: InterpreterProvider,
  load: Import = importPackage,
): Promise<string> {
  // Without this tfjs prints advertisements to the console.
  tf.enableProdMode();
  const { name, register } = BACKENDS[provider];
  await register(load);
  if (!(await tf.setBackend(name))) {
    throw new NnError('PROVIDER_UNAVAILABLE', `tfjs could not start its backend '${name}'`);
  }
  return name;
}

/** Makes later tfjs calls compute on a backend that is loaded, until something else is awaited. */
export function useBackend(name: string): void {
  void tf.setBackend(name);
}

let wasmStart: Promise<void> | undefined;

/** Started once and by ourselves: while tfjs itself waits for a backend to start, no other backend can compute. */
function registerWasm(): Promise<void> {
  wasmStart ??= startWasm();
  return wasmStart;
}

async function startWasm(): Promise<void> {
  const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
  const file = '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm';
  setWasmPaths(`${dirname(createRequire(import.meta.url).resolve(file))}/`);
  const started = await withoutNewProcessListeners(async () => tf.findBackendFactory('wasm')());
  tf.removeBackend('wasm');
  tf.registerBackend('wasm', () => started);
}

/** Its glue code would take over what the whole process does about errors nobody caught. */
async function withoutNewProcessListeners<T>(start: () => Promise<T>): Promise<T> {
  const events = ['uncaughtException', 'unhandledRejection'] as const;
  const before = events.map((event) => new Set(process.listeners(event as 'uncaughtException')));
  const started = await start();
  events.forEach((event, at) => {
    for (const listener of process.listeners(event as 'uncaughtException')) {
      if (!before[at]!.has(listener)) process.removeListener(event, listener);
    }
  });
  return started;
}

async function registerTensorFlow(name: string, load: Import): Promise<void> {
  try {
    await load(name);
  } catch (cause) {
    throw new NnError(
      'PROVIDER_UNAVAILABLE',
      `${name} is not installed here or does not load: run 'npm install ${name}@4.22.0'`,
      { cause },
    );
  }
}
