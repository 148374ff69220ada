import type { Tensor } from '../tensor.js';
import { ADAFACTOR_DEFAULTS, ADAFACTOR_LAYOUT, Adafactor } from './adafactor.js';
import { ADAMW_DEFAULTS, AdamW } from './adamw.js';
import { ADAMW_LAYOUT, type ArenaLayout, ParameterArena } from './arena.js';
import { decaysByDefault, type GroupRules, type Optimizer } from './optimizer.js';
import { DEFAULT_MOMENTUM, Sgd, sgdLayout } from './sgd.js';

export type OptimizerType = 'adamw' | 'sgd' | 'adafactor';

export interface OptimizerSettings extends Partial<GroupRules> {
  readonly type: OptimizerType;
  readonly weightDecay: number;
  /** Of SGD; default: 0.9. */
  readonly momentum?: number;
  /** Of SGD; default: false. */
  readonly nesterov?: boolean;
  /** Whether the arena has room for a `GradientAccumulator`; default: false. */
  readonly accumulates?: boolean;
}

interface OptimizerKind {
  readonly layout: (settings: OptimizerSettings) => ArenaLayout;
  readonly create: (arena: ParameterArena, settings: OptimizerSettings, rules: GroupRules) => Optimizer;
}

const KINDS: Readonly<Record<OptimizerType, OptimizerKind>> = {
  adamw: {
    layout: () => ADAMW_LAYOUT,
    create: (arena, { weightDecay }, rules) => new AdamW(arena, { ...ADAMW_DEFAULTS, weightDecay, ...rules }),
  },
  sgd: {
    layout: ({ momentum = DEFAULT_MOMENTUM }) => sgdLayout({ momentum }),
    create: (arena, { weightDecay, momentum = DEFAULT_MOMENTUM, nesterov = false }, rules) =>
      new Sgd(arena, { momentum, nesterov, weightDecay, ...rules }),
  },
  adafactor: {
    layout: () => ADAFACTOR_LAYOUT,
    create: (arena, { weightDecay }, rules) =>
      new Adafactor(arena, { ...ADAFACTOR_DEFAULTS, weightDecay, ...rules }),
  },
};

/**
 * An optimiser and the memory it works in, which holds only the regions it needs. Throws BASE_MODEL_UNSUPPORTED where
 * they exceed 4 GiB, SHAPE_MISMATCH for Nesterov's form without a momentum.
 */
export function createOptimizer(
  parameters: ReadonlyMap<string, Tensor>,
  settings: OptimizerSettings,
): { readonly arena: ParameterArena; readonly optimizer: Optimizer } {
  const { create } = KINDS[settings.type];
  const arena = new ParameterArena(parameters, optimizerLayout(settings));
  const { decays = decaysByDefault, learningRateScale } = settings;
  const optimizer = create(arena, settings, { decays, ...(learningRateScale && { learningRateScale }) });
  return { arena, optimizer };
}

/** What `createOptimizer` lays out for these settings. */
export function optimizerLayout(settings: OptimizerSettings): ArenaLayout {
  return { ...KINDS[settings.type].layout(settings), gradientSums: settings.accumulates ?? false };
}
