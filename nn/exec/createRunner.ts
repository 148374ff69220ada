import { NnError } from '../errors.js';
import { decodeModel } from '../graph/decode.js';
import { createOnnxRuntimeRunner } from './onnxRuntime.js';
import type { Provider, Runner, RunnerOptions } from './runner.js';

/**
 * Loads an ONNX model where the first of the providers that can runs it. They are tried one at a time, so that a
 * fallback shows in `provider`. Throws with each provider's reason where none loads: PROVIDER_UNAVAILABLE where none is
 * there, GRAPH_INVALID where one is that refused the model.
 */
export async function createRunner(model: Uint8Array, options: RunnerOptions): Promise<Runner> {
  const refusals: string[] = [];
  let anyThere = false;
  for (const provider of options.providers ?? (['cpu'] as const)) {
    try {
      return await createWith(provider, model, options);
    } catch (error) {
      anyThere ||= !(error instanceof NnError && error.code === 'PROVIDER_UNAVAILABLE');
      refusals.push(`${provider}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  throw new NnError(
    anyThere ? 'GRAPH_INVALID' : 'PROVIDER_UNAVAILABLE',
    `no execution provider could load the model (${refusals.join('; ')})`,
  );
}

async function createWith(provider: Provider, model: Uint8Array, options: RunnerOptions): Promise<Runner> {
  switch (provider) {
    case 'tensorrt':
    case 'cuda':
    case 'cpu':
      return createOnnxRuntimeRunner(model, provider, options);
    default: {
      // Loaded where it is asked for, because few ask and tfjs takes a while to load.
      const { createInterpreter } = await import('./interpreter/index.js');
      return createInterpreter(decodeModel(model).graph, provider);
    }
  }
}
