import type { Graph } from '../graph/ir.js';
import { axisLengths, evaluationGraphOf, trainingGraphOf } from '../models/training.js';
import type { Model } from '../models/types.js';
import { graphFlops } from '../ops/cost.js';
import { arenaBytes } from '../optim/arena.js';
import { optimizerLayout } from '../optim/createOptimizer.js';
import { graphMemory, liveMemory } from '../rewrite/graphMemory.js';
import type { HalfProducts } from '../rewrite/mixedPrecision.js';
import { BYTES_PER_ELEMENT, elementCount, type Tensor } from '../tensor.js';
import { evaluationBatchSize } from '../train/evaluate.js';
import { stepsPerRunOf } from '../train/loopedSteps.js';
import type { PackedTexts } from '../train/packing.js';
import { optimizerSettings, type TrainingRecipe } from '../train/recipe.js';
import { taskTraining } from '../train/tasks/index.js';
import { trainedPart } from '../train/trainedPart.js';
import { batchExtent, textsOfExample } from './batchExtent.js';
import { plannedPrecision } from './plannedPrecision.js';
import { stepLoopMemory } from './stepLoopMemory.js';

/** What is known of the data before a run. */
export interface Workload {
  /** Tokens of the longest text. */
  readonly sequence: number;
  /** Tokens of the longest text to write; default: `sequence`. */
  readonly target?: number;
  /** Mean tokens of a text, for the operations of a step; default: `sequence`. */
  readonly sequenceMean?: number;
  /** Whether there are examples to evaluate on; default: true. */
  readonly evaluates?: boolean;
  /** With packing: the examples that share rows; default: all of mean length, in rows of the longest. */
  readonly packed?: PackedTexts;
  /** Steps computed with their updates in one run; default: the updates are made outside of the graph. */
  readonly stepsPerRun?: number;
  /** How half precision is computed; default: emulated, as a CPU does. */
  readonly products?: HalfProducts;
  /** Bytes of `model.safetensors`; default: those of the parameters as float32. */
  readonly checkpointBytes?: number;
  /** Operations a second that were measured on this machine. */
  readonly flopsPerSecond?: number;
}

/** When the memory of a run is the most. */
export type PeakPhase = 'load' | 'step' | 'evaluation' | 'checkpoint' | 'result';

/** Bytes of memory that a run adds to its process, and the operations of a step. */
export interface TrainingEstimate {
  /** The model: the caller's file, and its frozen weights in the thread and in the runtime. */
  readonly parametersBytes: number;
  /** Gradients, their sums, and the copy that the binding makes. */
  readonly gradientsBytes: number;
  /** The optimiser's state and the weights it works on. */
  readonly optimizerBytes: number;
  /** Intermediate values of a step, with what the runtime's allocator wastes. */
  readonly activationsBytes: number;
  /** Those of an evaluation. */
  readonly evaluationBytes: number;
  /** A checkpoint under way, most of which is written from where it is. */
  readonly checkpointBytes: number;
  /** The runtime's library, the thread, and the two graphs. */
  readonly runtimeBytes: number;
  /** At the phase in which it is the most: less than the sum of all, which are not all there at once. */
  readonly totalBytes: number;
  readonly peak: PeakPhase;
  /** Of all micro-batches of a step with texts of mean length. */
  readonly flopsPerStep: number;
  readonly secondsPerStep?: number;
}

/** ONNX Runtime's library and its threads, two heaps of V8 and what malloc keeps; measured, see bench/memoryEstimate.mjs. */
const RUNTIME_BYTES = 110 * 2 ** 20;

/** Of what a loop of steps is built with, nothing that memory depends on. */
const LOOP_SETTINGS = {
  schedule: { shape: 'linear', learningRate: 1, warmupSteps: 0, totalSteps: 1 },
  maxGradNorm: 1,
} as const;

/** What a session keeps of a node besides values: its kernel, names and shapes. Measured as well. */
const BYTES_PER_NODE = 16 * 2 ** 10;

/**
 * What a run of `TrainingSession` on a thread of its own takes, by the graphs that it would run: no weight is read. A
 * recipe that the session would refuse is refused here by the same error.
 */
export function estimateTraining(model: Model, recipe: TrainingRecipe, workload: Workload): TrainingEstimate {
  const { sequence, target = sequence, evaluates = true, products = 'emulated' } = workload;
  const stepsPerRun = stepsPerRunOf(recipe, 'cpu', workload.stepsPerRun);
  const { largest, mean, partsPerStep } = batchExtent(model.task, recipe, workload);
  const part = trainedPart(model, recipe);
  const half = plannedPrecision(model, recipe, products);
  const graphOptions = {
    trainable: part.trainable,
    ...(part.adapter && { adapter: part.adapter }),
    ...(recipe.loss && { loss: recipe.loss }),
    ...(half && { precision: half }),
  };
  const made = trainingGraphOf(model, {
    ...graphOptions,
    packed: recipe.packing ?? false,
    outputs: [],
    ...(recipe.recomputeActivations && { recomputeFor: largest }),
  });
  const { graph: training } = made;
  const { outputs } = taskTraining(model.task);
  const evaluation = evaluationGraphOf(model, { ...graphOptions, outputs });

  const all = bytesOf(model.parameters.values());
  const trained = bytesOf(part.parameters.values());
  const frozen = initializerBytes(training) + initializerBytes(evaluation);
  const settings = optimizerSettings(recipe, model);
  const { regions } = arenaBytes(part.parameters, optimizerLayout(settings));
  const region = (name: Parameters<typeof regions.get>[0]) => regions.get(name) ?? 0;
  // Memory that nobody writes is not taken: steps that are made with their updates leave no gradients.
  const gradients = stepsPerRun === null ? region('gradients') : 0;
  const sums = region('gradientSums');
  const state =
    [...regions.values()].reduce((sum, bytes) => sum + bytes, 0) -
    region('weights') -
    region('gradients') -
    sums;
  const arena = region('weights') + gradients + sums + state;

  const { checkpointBytes: file = all } = workload;
  const rounded = half ? roundedBytes(model, [training, evaluation]) : 0;
  const files = file + (file < WIDENED_BELOW * all ? file : 0);
  // The trained ones are freed once the optimiser has them.
  const base = files + (part.adapter ? all : all - trained) + rounded;
  const runtimeBytes = RUNTIME_BYTES + BYTES_PER_NODE * (training.nodes.length + evaluation.nodes.length);
  const activationsBytes =
    stepsPerRun === null
      ? graphMemory(training, axisLengths(largest))
      : stepLoopMemory(made, { optimizer: settings, ...LOOP_SETTINGS }, largest, stepsPerRun);
  const evaluated = textsOfExample(model.task, recipe) * evaluationBatchSize(model.task, recipe);
  const evaluationBytes = evaluates
    ? liveMemory(evaluation, axisLengths({ batch: evaluated, sequence, target }), () => false)
    : 0;
  // On disk, but for a copy while they are part of a checkpoint or the result.
  const best = evaluates ? trained : 0;
  // The binding copies what the graph writes in place: gradients, or the new weights and state.
  const bound = stepsPerRun === null ? trained : region('weights') + state;

  const running = base + runtimeBytes + arena + frozen + activationsBytes;
  const phases: Readonly<Record<PeakPhase, number>> = {
    // The model's bytes and what the runtime parses of them.
    load: Math.max(
      files + all + region('weights'),
      base + runtimeBytes + region('weights') + frozen + 2 * bytesOf(training.initializers.values()),
    ),
    step: running + bound,
    evaluation: running + evaluationBytes,
    checkpoint: running + best,
    result: base + runtimeBytes + arena + best + all,
  };
  const [peak, totalBytes] = (Object.entries(phases) as [PeakPhase, number][]).reduce((most, phase) =>
    phase[1] > most[1] ? phase : most,
  );
  const flopsPerStep = graphFlops(training, axisLengths(mean)) * partsPerStep;
  return {
    parametersBytes: base + frozen,
    gradientsBytes: gradients + sums + bound,
    optimizerBytes: region('weights') + state,
    activationsBytes,
    evaluationBytes,
    checkpointBytes: best,
    runtimeBytes,
    totalBytes,
    peak,
    flopsPerStep,
    ...(workload.flopsPerSecond && { secondsPerStep: flopsPerStep / workload.flopsPerSecond }),
  };
}

/** Products whose second operand the runtime keeps packed beside it where it is a weight, once for each node. */
const PACKS = /^(Gemm|MatMul|com\.microsoft\.FusedMatMul)-/;

function initializerBytes({ initializers, nodes }: Graph): number {
  const packed = nodes.flatMap(({ op, inputs }) =>
    PACKS.test(op) ? (initializers.get(inputs[1] ?? '') ?? []) : [],
  );
  return bytesOf([...initializers.values(), ...packed]);
}

/** A file this much smaller than its values as float32 holds halves, which are widened beside it. */
const WIDENED_BELOW = 0.75;

/** Rounded constants, of which the graphs of a run share one copy. */
function roundedBytes({ parameters }: Model, graphs: readonly Graph[]): number {
  const copies = new Map(graphs.flatMap(({ initializers }) => [...initializers]));
  return bytesOf([...copies].flatMap(([name, tensor]) => (parameters.has(name) ? [] : [tensor])));
}

function bytesOf(tensors: Iterable<Tensor>): number {
  let bytes = 0;
  for (const { dtype, dims } of tensors) bytes += BYTES_PER_ELEMENT[dtype] * elementCount(dims);
  return bytes;
}
