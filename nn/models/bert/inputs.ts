import { int } from '../../graph/attributes.js';
import type { GraphBuilder } from '../../ops/builder.js';

/** Run-time lengths that several nodes need. */
export interface BatchShape {
  /** int64 [2]: batch, sequence. */
  readonly tokens: string;
  /** int64 [1] each. */
  readonly batch: string;
  readonly sequence: string;
}

/** Declares `input_ids` and `attention_mask`, int64 [batch, sequence]. */
export function declareTokens(builder: GraphBuilder): void {
  builder.input('input_ids', 'int64', ['batch', 'sequence']);
  builder.input('attention_mask', 'int64', ['batch', 'sequence']);
}

export function batchShape(builder: GraphBuilder): BatchShape {
  return {
    tokens: builder.shapeOf('input_ids'),
    batch: builder.emit('Shape-19', ['input_ids'], { end: int(1) }),
    sequence: builder.emit('Shape-19', ['input_ids'], { start: int(1) }),
  };
}
