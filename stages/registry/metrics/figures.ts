import type { GateMetric } from '../../../contracts/index.js';
import { macroF1Of, type Tally, totalsOf } from './tally.js';

interface Figure {
  /** As a sentence begins with it. */
  readonly title: string;
  readonly name: string;
  of(tally: Tally): number;
}

/** What a gate may compare; the first of a task's metrics is also what its learning curve shows. */
export const FIGURES: { readonly [M in GateMetric]: Figure } = {
  macroF1: { title: 'Macro-F1', name: 'macro-F1', of: macroF1Of },
  entityF1: { title: 'Entity F1', name: 'entity F1', of: (tally) => totalsOf(tally)[2] },
};
