import { graph as graphOf } from '../graph/attributes.js';
import type { Graph, ValueInfo } from '../graph/ir.js';
import type { trainingGraphOf } from '../models/training.js';
import { GraphBuilder } from '../ops/builder.js';
import type { StateRegion } from '../optim/arena.js';
import type { OptimizerSettings, Schedule } from '../optim/index.js';
import { bucketsOf } from '../optim/nodes/buckets.js';
import { updateRule } from '../optim/nodes/updateRule.js';
import { decaysByDefault } from '../optim/optimizer.js';
import { declareStacks } from './stacks.js';
import { buildStep, carriedRegions, type StepParts } from './stepBody.js';
import { joined, parted } from './vectors.js';

export interface StepLoopSettings {
  readonly optimizer: OptimizerSettings;
  readonly schedule: Schedule;
  readonly maxGradNorm: number | null;
}

/**
 * Many training steps as one graph, so that weights and optimiser state need not leave the device between them.
 *
 * Inputs: `steps` int64 [], how many; `stepsDone` int64 [], updates done before; the training graph's `inputs`, the steps
 * stacked along a new first axis and padded to the longest; `length/AXIS` int64 [steps], how much of each open axis is not
 * padding; `stateName` of each trainable parameter and region. Outputs: `loss` and `gradNorm` float32 [ran], and `new/` and
 * the name of each parameter and region. A step whose loss or gradient norm is not finite is the last one that runs,
 * and changes nothing.
 */
export interface StepLoop {
  readonly graph: Graph;
  /** What is stacked, as the training graph declares it. */
  readonly inputs: readonly ValueInfo[];
  readonly stateRegions: readonly StateRegion[];
}

/** Larger weights exist once, around the loop; small ones are constants that belong to the nodes that read them. */
const INNER_ELEMENTS_MAX = 4096;

/** Values that are updated at once: few kernels to start on a GPU, and little memory beside the state. */
const BUCKET_ELEMENTS_MAX = 2 ** 22;

/** Throws REQUEST_INVALID for an optimiser that has no nodes. */
export function buildStepLoop(
  training: ReturnType<typeof trainingGraphOf>,
  settings: StepLoopSettings,
  bucketElementsMax = BUCKET_ELEMENTS_MAX,
): StepLoop {
  const parts = stepParts(training, settings, bucketElementsMax);
  return { graph: buildLoop(parts), inputs: parts.inputs, stateRegions: parts.rule.stateRegions };
}

/** What a step of the loop is made of; throws as `buildStepLoop`. */
export function stepParts(
  { graph: training, trainable, inputs: names }: ReturnType<typeof trainingGraphOf>,
  { optimizer, schedule, maxGradNorm }: StepLoopSettings,
  bucketElementsMax = BUCKET_ELEMENTS_MAX,
): StepParts {
  const typed = new Map(training.inputs.map((input) => [input.name, input]));
  const inputs = names.map((name) => typed.get(name)!);
  const { decays = decaysByDefault, learningRateScale } = optimizer;
  const parameters = trainable.map((name) => ({ name, dims: typed.get(name)!.shape as number[] }));
  const rules = { decays, ...(learningRateScale && { learningRateScale }) };
  return {
    training,
    inputs,
    buckets: bucketsOf(parameters, rules, bucketElementsMax),
    rule: updateRule(optimizer),
    schedule,
    maxGradNorm,
    isInner: (name) => training.initializers.get(name)!.data.length <= INNER_ELEMENTS_MAX,
  };
}

/** Name of the input that holds a parameter, or what the optimiser keeps of it. */
export function stateName(region: 'weights' | StateRegion, parameter: string): string {
  return region === 'weights' ? parameter : `${region}/${parameter}`;
}

function buildLoop(parts: StepParts) {
  const builder = new GraphBuilder();
  for (const [name, tensor] of parts.training.initializers) {
    if (!parts.isInner(name)) builder.initializer(name, tensor);
  }
  builder.input('steps', 'int64', []);
  builder.input('stepsDone', 'int64', []);
  declareStacks(builder, parts.inputs);
  const carried = carriedRegions(parts);
  const first = carried.map(({ bucket, region }) =>
    joined(
      builder,
      bucket.parameters.map(({ name, dims }) => builder.input(stateName(region, name), 'float32', dims)),
    ),
  );
  const always = builder.constant({ dtype: 'bool', dims: [], data: Uint8Array.of(1) });
  const results = builder.emitAll(
    'Loop-16',
    ['steps', always, ...first],
    { body: graphOf(buildStep(builder, parts)) },
    [...first, 'loss', 'gradNorm'].map(() => true),
  );
  const [loss, gradNorm] = results.slice(first.length) as [string, string];
  const last = carried.flatMap(({ bucket, region }, at) => {
    const values = parted(builder, results[at]!, bucket);
    return bucket.parameters.map(({ name }, index) => [`new/${stateName(region, name)}`, values[index]!]);
  });
  return builder.build('steps', { loss, gradNorm, ...(Object.fromEntries(last) as Record<string, string>) });
}
