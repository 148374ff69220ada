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

/** Bytes of the values that are alive at once, at most: what a run takes where nothing is kept for the next one. */
export function liveMemory(
  graph: Graph,
  lengths: Readonly<Record<string, number>>,
  fetched?: (output: string) => boolean,
): number {
  const alive = new Map<string, number>();
  let [bytes, most] = [0, 0];
  for (const event of allocations(graph, lengths, fetched)) {
    if (event.kind === 'taken') alive.set(event.value, event.bytes);
    bytes += event.kind === 'taken' ? event.bytes : -(alive.get(event.value) ?? 0);
    most = Math.max(most, bytes);
  }
  return most;
}
