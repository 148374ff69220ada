import type { Example } from '../train/example.js';
import type { Workload } from './trainingEstimate.js';

/** The lengths that decide what a run on these examples takes. */
export function exampleWorkload(train: readonly Example[], validation: readonly Example[]): Workload {
  const lengths = [...train, ...validation].flatMap(({ ids, companions = [] }) =>
    [ids, ...companions].map(({ length }) => length),
  );
  return {
    sequence: Math.max(1, longest(lengths)),
    target: Math.max(1, longest([...train, ...validation].map(({ target }) => target.length))),
    sequenceMean: Math.max(1, lengths.reduce((sum, length) => sum + length, 0) / lengths.length || 1),
    evaluates: validation.length > 0,
  };
}

/** A spread of arguments has a limit that a data set may pass. */
function longest(lengths: readonly number[]): number {
  return lengths.reduce((most, length) => Math.max(most, length), 0);
}
