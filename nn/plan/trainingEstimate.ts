import type { Graph } from '../graph/ir.js';
import { axisLengths, evaluationGraphOf, trainingGraphOf } from '../models/training.js';
import type { Model } from '../models/types.js';
import { graphFlops } from '../ops/cost.js';
import { arenaBytes } from '../optim/arena.js';
import { optimizerLayout } from '../optim/createOptimizer.js';
import { graphMemory, liveMemory } from '../rewrite/graphMemory.js';
import { BYTES_PER_ELEMENT, elementCount, type Tensor } from '../tensor.js';
import { evaluationBatchSize } from '../train/evaluate.js';
import { optimizerSettings, type TrainingRecipe } from '../train/recipe.js';
import { taskTraining } from '../train/tasks/index.js';
import { trainedPart } from '../train/trainedPart.js';

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

/** What a session keeps of a node besides values: its kernel, names and shapes. Measured as well. */
const BYTES_PER_NODE = 16 * 2 ** 10;

/**
 * What a run of `TrainingSession` on a thread of its own takes, by the graphs that it would run: no weight is read. A
 * recipe that the session would refuse is refused here by the same error.
 */
export function estimateTraining(model: Model, recipe: TrainingRecipe, workload: Workload): TrainingEstimate {
  const { sequence, target = sequence, sequenceMean = sequence, evaluates = true } = workload;
  const rows = rowsOfExample(model, recipe);
  const microBatch = Math.min(recipe.batchSize, recipe.microBatchSize ?? recipe.batchSize);
  const batch = { batch: rows * microBatch, sequence, target };
  const part = trainedPart(model, recipe);
  const graphOptions = {
    trainable: part.trainable,
    ...(part.adapter && { adapter: part.adapter }),
    ...(recipe.loss && { loss: recipe.loss }),
  };
  const { graph: training } = trainingGraphOf(model, {
    ...graphOptions,
    outputs: [],
    ...(recipe.recomputeActivations && { recomputeFor: batch }),
  });
  const { outputs } = taskTraining(model.task);
  const evaluation = evaluationGraphOf(model, { ...graphOptions, outputs });

  const all = bytesOf(model.parameters.values());
  const trained = bytesOf(part.parameters.values());
  const frozen = initializerBytes(training) + initializerBytes(evaluation);
  const { regions } = arenaBytes(part.parameters, optimizerLayout(optimizerSettings(recipe, model)));
  const region = (name: Parameters<typeof regions.get>[0]) => regions.get(name) ?? 0;
  const arena = [...regions.values()].reduce((sum, bytes) => sum + bytes, 0);
  const sums = region('gradientSums');
  const state = arena - region('weights') - region('gradients') - sums;

  const { checkpointBytes: file = all } = workload;
  const files = file + (file < WIDENED_BELOW * all ? file : 0);
  // The trained ones are freed once the optimiser has them.
  const base = files + (part.adapter ? all : all - trained);
  const runtimeBytes = RUNTIME_BYTES + BYTES_PER_NODE * (training.nodes.length + evaluation.nodes.length);
  const activationsBytes = graphMemory(training, axisLengths(batch));
  const evaluated = { ...batch, batch: rows * evaluationBatchSize(model.task, recipe) };
  const evaluationBytes = evaluates ? liveMemory(evaluation, axisLengths(evaluated), () => false) : 0;
  // On disk, but for a copy while they are part of a checkpoint or the result.
  const best = evaluates ? trained : 0;

  const running = base + runtimeBytes + arena + frozen + activationsBytes;
  const phases: Readonly<Record<PeakPhase, number>> = {
    // The model's bytes and what the runtime parses of them.
    load: Math.max(
      files + all + region('weights'),
      base + runtimeBytes + region('weights') + frozen + 2 * bytesOf(training.initializers.values()),
    ),
    step: running + trained,
    evaluation: running + evaluationBytes,
    checkpoint: running + best,
    result: base + runtimeBytes + arena + best + all,
  };
  const [peak, totalBytes] = (Object.entries(phases) as [PeakPhase, number][]).reduce((most, phase) =>
    phase[1] > most[1] ? phase : most,
  );
  const mean = { batch: batch.batch, sequence: sequenceMean, target: Math.min(target, sequenceMean) };
  const flopsPerStep = graphFlops(training, axisLengths(mean)) * (recipe.batchSize / microBatch);
  return {
    parametersBytes: base + frozen,
    gradientsBytes: region('gradients') + sums + trained,
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

function rowsOfExample({ task }: Model, { loss }: TrainingRecipe): number {
  return 1 + taskTraining(task).companions(loss);
}

function bytesOf(tensors: Iterable<Tensor>): number {
  let bytes = 0;
  for (const { dtype, dims } of tensors) bytes += BYTES_PER_ELEMENT[dtype] * elementCount(dims);
  return bytes;
}
