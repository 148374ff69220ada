import { axisLengths, type BatchLengths, type trainingGraphOf } from '../models/training.js';
import { graphMemory } from '../rewrite/graphMemory.js';
import { type StepLoopSettings, stepParts } from '../steps/buildStepLoop.js';
import { carriedRegions, stepAlone } from '../steps/stepBody.js';
import { vectorDims } from '../steps/vectors.js';
import { elementCount } from '../tensor.js';

/**
 * Bytes that the runtime's allocator ends up holding after runs of `stepsPerRun` steps with their updates. ONNX Runtime's
 * Loop keeps what it was given until it ends, from the second step on what the step before made of it, and copies what
 * the last one made into its outputs.
 */
export function stepLoopMemory(
  training: ReturnType<typeof trainingGraphOf>,
  settings: StepLoopSettings,
  lengths: BatchLengths,
  stepsPerRun: number,
): number {
  const parts = stepParts(training, settings);
  const carried = carriedRegions(parts).map(({ bucket }) => ({
    bytes: 4 * elementCount(vectorDims(bucket)),
    isJoined: bucket.parameters.length > 1,
  }));
  const joined = carried.filter(({ isJoined }) => isJoined).map(({ bytes }) => bytes);
  const made = stepsPerRun > 1 ? carried.map(({ bytes }) => bytes) : [];
  return graphMemory(stepAlone(parts), axisLengths(lengths), () => false, {
    before: [...joined, ...made],
    after: joined,
  });
}
