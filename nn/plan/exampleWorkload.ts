import type { Task } from '../models/types.js';
import type { Example } from '../train/example.js';
import { asColumns, rowLengthsOf } from '../train/exampleSet.js';
import { type PackedTexts, packedTexts } from '../train/packing.js';
import type { Workload } from './trainingEstimate.js';

/** The lengths that decide what a run on these examples takes. */
export function exampleWorkload(
  train: readonly Example[],
  validation: readonly Example[],
  task: Task,
): Workload {
  const lengths = [...train, ...validation].flatMap(({ ids, companions = [] }) =>
    [ids, ...companions].map(({ length }) => length),
  );
  return {
    sequence: Math.max(1, longest(lengths)),
    target: Math.max(1, longest([...train, ...validation].map(({ target }) => target.length))),
    sequenceMean: Math.max(1, lengths.reduce((sum, length) => sum + length, 0) / lengths.length || 1),
    evaluates: validation.length > 0,
    packed: sampledTexts(train, task),
  };
}

/** Examples that packing is planned with; more of them would fill the same rows. */
const PACKED_EXAMPLES_MAX = 10_000;

/** As many of them as are planned with, evenly, in rows of the longest of all. */
function sampledTexts(train: readonly Example[], task: Task): PackedTexts {
  const lengths = rowLengthsOf(asColumns(train), task);
  const stride = Math.ceil(train.length / PACKED_EXAMPLES_MAX);
  const sampled = lengths.map((part) => part.filter((_, at) => at % stride === 0));
  return { lengths: sampled, rowTokens: packedTexts(lengths).rowTokens };
}

/** A spread of arguments has a limit that a data set may pass. */
function longest(lengths: readonly number[]): number {
  return lengths.reduce((most, length) => Math.max(most, length), 0);
}
