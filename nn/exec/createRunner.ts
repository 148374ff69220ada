import { NnError } from '../errors.js';
import { decodeModel } from '../graph/decode.js';
import { readModelFile } from '../graph/modelFile.js';
import { requireOwnFiles } from '../graph/requireOwnFiles.js';
import { createOnnxRuntimeRunner } from './onnxRuntime.js';
import type { LoadableModel, Provider, Runner, RunnerOptions } from './runner.js';

/**
 * Loads an ONNX model, the content of a file or the path of one that may have its weights beside it, where the first of
 * the providers that can runs it. They are tried one at a time, so that a fallback shows in `provider`. Throws with each
 * provider's reason where none loads: PROVIDER_UNAVAILABLE where none is there, GRAPH_INVALID where one is that refused
 * the model; WEIGHTS_CORRUPT for a file that names others outside its folder.
 */
export async function createRunner(model: LoadableModel, options: RunnerOptions): Promise<Runner> {
  if (typeof model === 'string') requireOwnFiles(model);
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

async function createWith(provider: Provider, model: LoadableModel, options: RunnerOptions): Promise<Runner> {
  switch (provider) {
    case 'tensorrt':
    case 'cuda':
    case 'cpu':
      return createOnnxRuntimeRunner(model, provider, options);
    default: {
      // Loaded where it is asked for, because few ask and tfjs takes a while to load.
      const { createInterpreter } = await import('./interpreter/index.js');
      const { graph } = typeof model === 'string' ? readModelFile(model) : decodeModel(model);
      return createInterpreter(graph, provider);
    }
  }
}
