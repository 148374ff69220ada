import type { GraphBuilder } from '../../ops/builder.js';
import { countTo } from './tokens.js';

/** Places in a row of tokens, padding counted: int64 [queries] and [keys]. */
export interface Slots {
  readonly queries: string;
  readonly keys: string;
}

/** The slots of a sequence that attends to itself; `sequence` is an int64 [1]. */
export function ownSlots(builder: GraphBuilder, sequence: string): Slots {
  const slots = countTo(builder, sequence);
  return { queries: slots, keys: slots };
}
