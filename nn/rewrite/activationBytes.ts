import type { Graph } from '../graph/ir.js';
import { allocations } from './allocations.js';

/**
 * Most bytes of intermediate values alive at once in one run with these lengths of the open axes; inputs,
 * weights and outputs are not counted, and neither is what the runtime's allocator wastes.
 */
export function activationBytes(graph: Graph, lengths: Readonly<Record<string, number>>): number {
  const alive = new Map<string, number>();
  let now = 0;
  let most = 0;
  for (const event of allocations(graph, lengths)) {
    if (event.kind === 'taken') {
      alive.set(event.value, event.bytes);
      now += event.bytes;
      most = Math.max(most, now);
    } else if (event.kind === 'reused') {
      alive.set(event.value, alive.get(event.of) ?? 0);
      alive.delete(event.of);
    } else {
      now -= alive.get(event.value) ?? 0;
      alive.delete(event.value);
    }
  }
  return most;
}
