import { int } from '../../graph/attributes.js';
import type { GraphBuilder } from '../../ops/builder.js';
import { float32Tensor } from '../../tensor.js';
import type { RopeConfig } from '../types.js';

/** Cosine and sine of each position's angles, float32 [..., sequence, 1, width/2]. */
export interface RotaryAngles {
  readonly cosine: string;
  readonly sine: string;
}

/** The angles of tokens at `positions`, int64 [sequence] or [batch, sequence]. */
export function rotaryAngles(
  builder: GraphBuilder,
  positions: string,
  width: number,
  rope: RopeConfig,
): RotaryAngles {
  const frequencies = builder.constant(float32Tensor([width / 2], rotaryFrequencies(width, rope)));
  const places = builder.emit('Cast-19', [positions], { to: int(1) });
  const column = builder.emit('Unsqueeze-13', [places, builder.indices([-2, -1])]);
  const angles = builder.emit('Mul-14', [column, frequencies]);
  return { cosine: builder.emit('Cos-7', [angles]), sine: builder.emit('Sin-7', [angles]) };
}

/** Turns the halves of each head [batch, sequence, heads, width] against each other (Su et al., 2021). */
export function rotate(builder: GraphBuilder, x: string, { cosine, sine }: RotaryAngles): string {
  const [low, high] = builder.emitAll('Split-18', [x], { axis: int(-1), num_outputs: int(2) }, [true, true]);
  const times = (half: string | undefined, factor: string) => builder.emit('Mul-14', [half!, factor]);
  const turnedLow = builder.emit('Sub-14', [times(low, cosine), times(high, sine)]);
  const turnedHigh = builder.emit('Add-14', [times(high, cosine), times(low, sine)]);
  return builder.emit('Concat-13', [turnedLow, turnedHigh], { axis: int(-1) });
}

/** Radians a position of each pair of units, as `transformers` computes them in float32. */
export function rotaryFrequencies(width: number, rope: RopeConfig): Float32Array {
  const { fround } = Math;
  return Float32Array.from({ length: width / 2 }, (_, pair) => {
    const plain = fround(1 / fround(rope.theta ** fround((2 * pair) / width)));
    if (rope.type === 'default') return plain;
    if (rope.type === 'linear') return plain / rope.factor;
    const { factor, lowFrequencyFactor: low, highFrequencyFactor: high, originalMaxPositions } = rope;
    // Llama 3.1: waves that fit the old context often keep their frequency, long ones are slowed by `factor`.
    const wavelength = (2 * Math.PI) / plain;
    if (wavelength < originalMaxPositions / high) return plain;
    if (wavelength > originalMaxPositions / low) return plain / factor;
    const smooth = (originalMaxPositions / wavelength - low) / (high - low);
    return ((1 - smooth) * plain) / factor + smooth * plain;
  });
}
