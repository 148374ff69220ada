import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeModel } from '../graph/encode.js';
import type { Graph } from '../graph/ir.js';
import { writeModelFiles } from '../graph/modelFile.js';
import { createRunner } from './createRunner.js';
import { releaseMemory } from './releaseMemory.js';
import type { LoadableModel, Runner, RunnerOptions } from './runner.js';

/** Half of what an ONNX file can hold; loading keeps two copies of the weights in memory for a while. */
const EMBEDDED_BYTES_MAX = 2 ** 30;

export interface GraphRunnerOptions extends RunnerOptions {
  /** Weights of more bytes than this, in any of the graphs, go through files. Default: 1 GiB. */
  readonly embeddedBytesMax?: number;
  /** The graphs that are run seldom; see `RunnerOptions.releasing`. */
  readonly seldom?: readonly Graph[];
}

/**
 * Loads graphs whose weights may be of any size. Large ones are handed over in a temporary folder, what the graphs have
 * in common once, so that the runtime maps the file in place of copying it. Throws as `createRunner`.
 */
export async function createGraphRunners<const Graphs extends readonly Graph[]>(
  graphs: Graphs,
  { embeddedBytesMax = EMBEDDED_BYTES_MAX, seldom = [], ...options }: GraphRunnerOptions,
): Promise<{ [Index in keyof Graphs]: Runner }> {
  if (graphs.every((graph) => weightBytes(graph) <= embeddedBytesMax)) {
    return loadAll(graphs, (graph) => encodeModel(graph), { ...options, seldom });
  }
  const folder = mkdtempSync(join(tmpdir(), 'plumbline-graphs-'));
  try {
    const name = (at: number) => `${at}.onnx`;
    writeModelFiles(folder, new Map(graphs.map((graph, at) => [name(at), graph])));
    return await loadAll(graphs, (_, at) => join(folder, name(at)), { ...options, seldom });
  } finally {
    // What the runtime has mapped stays there until it is done with it.
    rmSync(folder, { recursive: true, force: true });
  }
}

async function loadAll<const Graphs extends readonly Graph[]>(
  graphs: Graphs,
  loadable: (graph: Graph, at: number) => LoadableModel,
  { seldom, ...options }: RunnerOptions & { readonly seldom: readonly Graph[] },
): Promise<{ [Index in keyof Graphs]: Runner }> {
  const runners: Runner[] = [];
  try {
    for (const [at, graph] of graphs.entries()) {
      const model = loadable(graph, at);
      const runner = await createRunner(model, { ...options, releasing: seldom.includes(graph) });
      runners.push(runner);
      // ONNX Runtime has its own copy of the weights now; the interpreter computes with these.
      if (typeof model !== 'string' && !runner.provider.startsWith('tfjs')) releaseMemory([model]);
    }
  } catch (error) {
    for (const runner of runners) await runner.dispose();
    throw error;
  }
  // One runner a graph, in their order.
  return runners as { [Index in keyof Graphs]: Runner };
}

function weightBytes({ initializers }: Graph): number {
  return [...initializers.values()].reduce((sum, { data }) => sum + data.byteLength, 0);
}
