import { readFileSync } from 'node:fs';
import type { Tensor } from '../../tensor.js';
import { readSafetensors } from '../../weights/safetensors.js';
import { decaysByDefault, type GroupRules } from '../optimizer.js';

const tensors = readSafetensors(readFileSync(new URL('../goldens/optimizers.safetensors', import.meta.url)));

/** The tensors of makeOptimizers.py whose names begin with `prefix/`, by the rest. */
export const goldenGroup = (prefix: string): Map<string, Tensor> =>
  new Map(
    [...tensors]
      .filter(([key]) => key.startsWith(`${prefix}/`))
      .map(([key, tensor]) => [key.slice(prefix.length + 1), tensor]),
  );

/** As layer.0 of makeOptimizers.py: half the rate for what lies below. */
export const GOLDEN_RULES: GroupRules = {
  decays: decaysByDefault,
  learningRateScale: ({ name }) => (name.startsWith('layer.0.') ? 0.5 : 1),
};
