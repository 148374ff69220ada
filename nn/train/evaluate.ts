import type { Runner } from '../exec/runner.js';
import type { Model, Task } from '../models/types.js';
import { float32Data, type Tensor } from '../tensor.js';
import { batchesByLength } from './batches.js';
import type { ExampleSet } from './example.js';
import { lengthsOf } from './exampleSet.js';
import { throwIfCancelled } from './infer.js';
import type { TrainingRecipe } from './recipe.js';
import { taskTraining } from './tasks/index.js';

/** Examples of one batch; more makes no difference on a CPU. */
const BATCH_SIZE = 32;

/**
 * Examples of a batch of an evaluation: at most as many as a step computes on at once, so that an evaluation fits
 * where a step does. A loss that compares the texts of a batch has its own number, whatever the step's.
 */
export function evaluationBatchSize(
  task: Task,
  { batchSize, microBatchSize = batchSize }: Pick<TrainingRecipe, 'batchSize' | 'microBatchSize'>,
): number {
  return taskTraining(task).divisible ? Math.min(BATCH_SIZE, batchSize, microBatchSize) : BATCH_SIZE;
}

export interface EvaluationRequest {
  readonly model: Model;
  readonly set: ExampleSet;
  readonly recipe: Pick<TrainingRecipe, 'seed' | 'masking' | 'loss' | 'batchSize' | 'microBatchSize'>;
  /** What is being trained. */
  readonly weights: Readonly<Record<string, Tensor>>;
  readonly signal?: AbortSignal | undefined;
}

/** Mean loss and score of examples, by the evaluation graph. Throws CANCELLED within one batch of `signal`. */
export async function evaluate(
  runner: Runner,
  { model, set, recipe, weights, signal }: EvaluationRequest,
): Promise<{ readonly score: number; readonly loss: number }> {
  const task = taskTraining(model.task);
  const score = task.score(set, model);
  const fetches = Object.fromEntries(['loss', ...task.outputs].map((name) => [name, null]));
  const sum = { loss: 0, weight: 0 };
  for (const indices of batchesByLength(lengthsOf(set), evaluationBatchSize(model.task, recipe))) {
    throwIfCancelled(signal);
    const { feeds, weight } = task.batch(set, indices, { ...recipe, model, epoch: null, rowSizes: null });
    const { loss, ...outputs } = await runner.run({ ...feeds, ...weights }, fetches);
    score.add({ indices, outputs });
    sum.loss += weight * float32Data(loss!)[0]!;
    sum.weight += weight;
  }
  const loss = sum.loss / sum.weight;
  return { loss, score: score.value(loss) };
}
