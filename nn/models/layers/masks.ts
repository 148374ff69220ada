import { int } from '../../graph/attributes.js';
import type { GraphBuilder } from '../../ops/builder.js';
import type { Slots } from './slots.js';

/** The most negative float32, as `transformers` uses for a masked score. */
export const MASKED = -3.4028234663852886e38;

/** An attention mask as float32 [batch, sequence]. */
export function floatMask(builder: GraphBuilder, name = 'attention_mask'): string {
  return builder.emit('Cast-19', [name], { to: int(1) });
}

/** 0 for a real token, MASKED for padding, [batch, 1, 1, sequence]. `mask` is float32 [batch, sequence]. */
export function paddingBias(builder: GraphBuilder, mask: string): string {
  return builder.emit('Unsqueeze-13', [hidingBias(builder, mask), builder.indices([1, 2])]);
}

/**
 * 0 where a query may see a key, MASKED after it and in padding: [batch, 1, queries, keys], or [queries, keys] without a
 * `mask` (float32 [batch, keys]).
 */
export function causalBias(builder: GraphBuilder, { queries, keys }: Slots, mask?: string): string {
  const column = builder.emit('Unsqueeze-13', [queries, builder.indices([1])]);
  const seen = builder.emit('Cast-19', [builder.emit('LessOrEqual-16', [keys, column])], { to: int(1) });
  const allowed =
    mask === undefined
      ? seen
      : builder.emit('Mul-14', [seen, builder.emit('Unsqueeze-13', [mask, builder.indices([1, 2])])]);
  // Masks are joined before they become scores: the sum of two masked scores would be minus infinity.
  return hidingBias(builder, allowed);
}

/** 0 where float32 `allowed` is 1, MASKED where it is 0. */
export function hidingBias(builder: GraphBuilder, allowed: string): string {
  const hidden = builder.emit('Sub-14', [builder.scalar(1), allowed]);
  return builder.emit('Mul-14', [hidden, builder.scalar(MASKED)]);
}
