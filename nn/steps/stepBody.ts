import { graph as graphOf, int } from '../graph/attributes.js';
import type { Graph, ValueInfo } from '../graph/ir.js';
import { withNames } from '../graph/scopes.js';
import { gradientName } from '../models/types.js';
import { GraphBuilder } from '../ops/builder.js';
import type { StateRegion } from '../optim/arena.js';
import type { Schedule } from '../optim/index.js';
import type { Bucket } from '../optim/nodes/buckets.js';
import { emitClipping, emitGradientNorm } from '../optim/nodes/gradientNorm.js';
import type { UpdateRule, UpdateScalars } from '../optim/nodes/rule.js';
import { emitRate } from '../optim/nodes/schedule.js';
import { takeStep } from './stacks.js';
import { joined, parted, vectorDims } from './vectors.js';

export interface StepParts {
  /** Loss and gradients of one batch. */
  readonly training: Graph;
  /** Those of its inputs that are stacked. */
  readonly inputs: readonly ValueInfo[];
  readonly buckets: readonly Bucket[];
  readonly rule: UpdateRule;
  readonly schedule: Schedule;
  readonly maxGradNorm: number | null;
  /** Whether an initializer belongs to the step, and not to what is around the loop. */
  readonly isInner: (name: string) => boolean;
}

/** Keeps the names of a training graph apart from those around the loop. */
function within(name: string): string {
  return `step/${name}`;
}

type Region = 'weights' | StateRegion;

/** One region of one bucket, the values carried from step to step in order. */
export function carriedRegions({ buckets, rule }: Pick<StepParts, 'buckets' | 'rule'>) {
  const regions: readonly Region[] = ['weights', ...rule.stateRegions];
  return buckets.flatMap((bucket) => regions.map((region) => ({ bucket, region })));
}

/**
 * The body of the loop: forward, backward and update of one step. Gives whether loss and gradients are finite, the
 * carried values (as they were where they are not), loss and gradient norm.
 */
export function buildStep(outer: GraphBuilder, parts: StepParts): Graph {
  const body = outer.within();
  const number = body.input('number', 'int64', []);
  body.input('finiteSoFar', 'bool', []);
  return emitStep(body, parts, { number, batch: takeStep(body, parts.inputs, number), update: emitGuarded });
}

/**
 * A step by itself, for planning: its batch as the training graph takes it, and an update that nothing keeps from being
 * made. It holds what the body of the loop holds.
 */
export function stepAlone(parts: StepParts): Graph {
  const body = new GraphBuilder();
  const number = body.input('number', 'int64', []);
  body.input('stepsDone', 'int64', []);
  for (const { name, dtype, shape } of parts.inputs) body.input(name, dtype, shape);
  for (const [name, tensor] of parts.training.initializers) {
    if (!parts.isInner(name)) body.initializer(name, tensor);
  }
  const batch = new Map(parts.inputs.map(({ name }) => [name, name]));
  return emitStep(body, parts, { number, batch, update: emitUpdate });
}

interface StepContext {
  readonly number: string;
  /** Values of the batch by the training graph's names. */
  readonly batch: ReadonlyMap<string, string>;
  readonly update: typeof emitUpdate;
}

function emitStep(body: GraphBuilder, parts: StepParts, { number, batch, update }: StepContext): Graph {
  const { training, buckets, rule } = parts;
  const carried = carriedRegions(parts).map(({ bucket }, at) =>
    body.input(`now/${at}`, 'float32', vectorDims(bucket)),
  );
  const given = new Map(batch);
  buckets.forEach((bucket, at) => {
    const weights = parted(body, carried[at * (1 + rule.stateRegions.length)]!, bucket);
    bucket.parameters.forEach(({ name }, index) => {
      given.set(name, weights[index]!);
    });
  });
  for (const [name, tensor] of training.initializers) {
    if (parts.isInner(name)) body.initializer(within(name), tensor);
    else given.set(name, name);
  }
  const rename = (name: string) => (name === '' ? '' : (given.get(name) ?? within(name)));
  for (const node of training.nodes) body.node(withNames(node, rename));

  const gradients = buckets.map(({ parameters }) =>
    joined(
      body,
      parameters.map(({ name }) => within(gradientName(name))),
    ),
  );
  const loss = within('loss');
  const gradNorm = emitGradientNorm(body, gradients);
  const finite = emitFinite(body, body.emit('Add-14', [loss, gradNorm]));
  const next = update(body, parts, {
    finite,
    carried,
    gradients,
    scalars: emitScalars(body, parts, { number, gradNorm }),
  });
  return body.build('step', {
    'ran/finite': finite,
    ...Object.fromEntries(next.map((value, at) => [`next/${at}`, value])),
    'ran/loss': loss,
    'ran/gradNorm': gradNorm,
  });
}

/** Nothing times what is finite is 0, and not a number times anything else. */
function emitFinite(body: GraphBuilder, value: string): string {
  const zero = body.scalar(0);
  return body.emit('Equal-19', [body.emit('Mul-14', [value, zero]), zero]);
}

function emitScalars(
  body: GraphBuilder,
  { schedule, maxGradNorm }: StepParts,
  { number, gradNorm }: { readonly number: string; readonly gradNorm: string },
): UpdateScalars {
  const done = body.emit('Add-14', ['stepsDone', number]);
  const step = body.emit('Cast-19', [done], { to: int(1) });
  return {
    learningRate: emitRate(body, schedule, step),
    step: body.emit('Add-14', [step, body.scalar(1)]),
    ...(maxGradNorm !== null && { gradientScale: emitClipping(body, gradNorm, maxGradNorm) }),
  };
}

interface UpdateValues {
  readonly finite: string;
  readonly carried: readonly string[];
  /** Of each bucket. */
  readonly gradients: readonly string[];
  readonly scalars: UpdateScalars;
}

/** The carried values after the update. `inner` is where it is made, `body` where what all parameters share is. */
function emitUpdate(
  body: GraphBuilder,
  { buckets, rule }: StepParts,
  { carried, gradients, scalars }: UpdateValues,
  inner = body,
): string[] {
  const update = rule.prepare(body, scalars);
  const width = 1 + rule.stateRegions.length;
  return buckets.flatMap(({ decays, learningRateScale }, at) => {
    const [weights, ...kept] = carried.slice(at * width, (at + 1) * width) as [string, ...string[]];
    const state = Object.fromEntries(rule.stateRegions.map((region, index) => [region, kept[index]!]));
    const operands = { weights, gradients: gradients[at]!, state, decays, learningRateScale };
    const result = update(inner, operands);
    return [result.weights, ...rule.stateRegions.map((region) => result.state[region]!)];
  });
}

/** The carried values after the update, or as they are where something is not finite. */
function emitGuarded(body: GraphBuilder, parts: StepParts, values: UpdateValues): string[] {
  const { finite, carried } = values;
  const changed = body.within();
  const updated = emitUpdate(body, parts, values, changed);
  const same = body.within();
  const graphs = {
    then_branch: changed.build('update', named('updated', updated)),
    else_branch: same.build('stop', named('kept', carried)),
  };
  return body.emitAll(
    'If-16',
    [finite],
    { then_branch: graphOf(graphs.then_branch), else_branch: graphOf(graphs.else_branch) },
    carried.map(() => true),
  );
}

function named(stem: string, values: readonly string[]): Record<string, string> {
  return Object.fromEntries(values.map((value, at) => [`${stem}/${at}`, value]));
}
