import type { Graph } from '../graph/ir.js';
import { allocations } from './allocations.js';
import { RuntimeArena } from './runtimeArena.js';

/** Memory that is taken from the allocator before a run and until after it, and by what is made of its results. */
export interface MemoryAround {
  readonly before: readonly number[];
  readonly after: readonly number[];
}

const NOTHING: MemoryAround = { before: [], after: [] };

/**
 * Bytes that the runtime's allocator ends up holding after a run with these lengths of the open axes. Outputs that
 * are `fetched` into memory of the caller, by default all, are not among them.
 */
export function graphMemory(
  graph: Graph,
  lengths: Readonly<Record<string, number>>,
  fetched?: (output: string) => boolean,
  { before, after }: MemoryAround = NOTHING,
): number {
  const arena = new RuntimeArena();
  before.forEach((bytes, at) => {
    arena.take(`before/${at}`, bytes);
  });
  for (const event of allocations(graph, lengths, fetched)) {
    if (event.kind === 'taken') arena.take(event.value, event.bytes);
    else arena.free(event.value);
  }
  after.forEach((bytes, at) => {
    arena.take(`after/${at}`, bytes);
  });
  return arena.touchedBytes;
}
