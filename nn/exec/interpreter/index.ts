import type { Graph } from '../../graph/ir.js';
import type { InterpreterProvider, Runner } from '../runner.js';
import { loadBackend } from './backend.js';
import { InterpreterRunner } from './interpreterRunner.js';

/** A runner of a verified graph on tfjs. Throws PROVIDER_UNAVAILABLE where the provider is not there. */
export async function createInterpreter(graph: Graph, provider: InterpreterProvider): Promise<Runner> {
  return new InterpreterRunner(graph, provider, await loadBackend(provider));
}
