import type { Graph } from '../graph/ir.js';
import { allocations } from './allocations.js';
import { RuntimeArena } from './runtimeArena.js';

/**
 * Bytes that the runtime's allocator ends up holding after a run with these lengths of the open axes. Outputs that
 * are `fetched` into memory of the caller, by default all, are not among them.
 */
export function graphMemory(
  graph: Graph,
  lengths: Readonly<Record<string, number>>,
  fetched?: (output: string) => boolean,
): number {
  const arena = new RuntimeArena();
  for (const event of allocations(graph, lengths, fetched)) {
    if (event.kind === 'taken') arena.take(event.value, event.bytes);
    else arena.free(event.value);
  }
  return arena.touchedBytes;
}
