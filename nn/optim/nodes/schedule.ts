import type { Emitter } from '../../ops/rule.js';
import { POLYNOMIAL_END, type Schedule, type ScheduleShape } from '../schedule.js';

/** What is left of the highest rate, from the updates since the warm-up and their number in all. */
type Share = (emitter: Emitter, elapsed: string, span: number, learningRate: number) => string;

/** The shares of `scheduledRate`. */
const SHARE: Readonly<Record<ScheduleShape, Share>> = {
  constant: (emitter) => emitter.scalar(1),
  linear: (emitter, elapsed, span) => {
    const rest = emitter.emit('Sub-14', [emitter.scalar(span), elapsed]);
    const share = emitter.emit('Div-14', [rest, emitter.scalar(Math.max(1, span))]);
    return emitter.emit('Max-13', [share, emitter.scalar(0)]);
  },
  cosine: (emitter, elapsed, span) => {
    // cos^2 of half the angle, which unlike 1 + cos loses no digits near the end.
    const halfAngle = emitter.emit('Mul-14', [elapsed, emitter.scalar(Math.PI / 2 / Math.max(1, span))]);
    const cosine = emitter.emit('Cos-7', [halfAngle]);
    return emitter.emit('Mul-14', [cosine, cosine]);
  },
  polynomial: (emitter, elapsed, span, learningRate) => {
    const end = POLYNOMIAL_END / learningRate;
    const passed = emitter.emit('Div-14', [elapsed, emitter.scalar(Math.max(1, span))]);
    const rest = emitter.emit('Max-13', [
      emitter.emit('Sub-14', [emitter.scalar(1), passed]),
      emitter.scalar(0),
    ]);
    const above = emitter.emit('Mul-14', [rest, emitter.scalar(1 - end)]);
    return emitter.emit('Add-14', [above, emitter.scalar(end)]);
  },
};

/** `scheduledRate` as a float32 scalar, for an update `step` that is one (from 0). */
export function emitRate(
  emitter: Emitter,
  { shape, learningRate, warmupSteps, totalSteps }: Schedule,
  step: string,
): string {
  const peak = emitter.scalar(learningRate);
  const elapsed = emitter.emit('Sub-14', [step, emitter.scalar(warmupSteps)]);
  const share = SHARE[shape](emitter, elapsed, totalSteps - warmupSteps, learningRate);
  const after = emitter.emit('Mul-14', [peak, share]);
  const rise = emitter.emit('Div-14', [step, emitter.scalar(Math.max(1, warmupSteps))]);
  const during = emitter.emit('Mul-14', [peak, rise]);
  const rises = emitter.emit('Less-13', [step, emitter.scalar(warmupSteps)]);
  return emitter.emit('Where-16', [rises, during, after]);
}
