/** Entry of the thread that trains or predicts; see `threadProtocol.ts` for what it is told and what it tells. */
import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parentPort } from 'node:worker_threads';
import { buildModel } from '../models/buildModel.js';
import type { Model } from '../models/types.js';
import { availableMemory } from '../plan/availableMemory.js';
import { exampleWorkload } from '../plan/exampleWorkload.js';
import { requireMemory } from '../plan/requireMemory.js';
import type { TrainingEstimate, Workload } from '../plan/trainingEstimate.js';
import { readModelWeights } from '../weights/modelWeights.js';
import { moveTensors } from './movedTensors.js';
import { unpackExamples, unpackSequences } from './packedSequences.js';
import { type Predictions, predictClassifier } from './predictClassifier.js';
import {
  type Job,
  type PackedTrainingResult,
  type PredictionJob,
  type Report,
  type Request,
  type TrainingJob,
  toFailure,
} from './threadProtocol.js';
import type { TakenCheckpoint } from './trainingRun.js';
import { trainToEnd } from './trainToEnd.js';

if (parentPort === null) throw new Error('thread.js is started by startTraining or startPrediction');
const port = parentPort;
const cancellation = new AbortController();
const checkpointRequests: number[] = [];

port.once('message', (job: Job) => {
  port.on('message', (request: Request) => {
    if (request.type === 'cancel') cancellation.abort();
    else checkpointRequests.push(request.id);
  });
  void run(job);
});

async function run(job: Job): Promise<void> {
  try {
    const result = job.kind === 'train' ? await train(job) : await predict(job);
    const arrays = 'weights' in result ? result.weights : [result.probabilities, result.embeddings];
    send({ type: 'result', result }, arrays);
  } catch (error) {
    send({ type: 'failure', failure: toFailure(error) });
  } finally {
    port.close();
  }
}

async function train(job: TrainingJob): Promise<PackedTrainingResult> {
  const { task, recipe, threads, providers, stepsPerRun, resumeFrom } = job;
  const model = builtModel(job);
  const [train, validation] = [unpackExamples(job.train), unpackExamples(job.validation)];
  send({ type: 'estimate', estimate: requireFitting(job, model, exampleWorkload(train, validation, task)) });
  const result = await trainToEnd(
    {
      model,
      train,
      validation,
      recipe,
      threads,
      ...(providers && { providers }),
      ...(stepsPerRun !== undefined && { stepsPerRun }),
      ...(resumeFrom && { resumeFrom }),
      releasesModel: true,
    },
    {
      signal: cancellation.signal,
      onProgress: (progress) => send({ type: 'progress', progress }),
      takeCheckpoints: (take) => {
        for (const id of checkpointRequests.splice(0)) takeCheckpoint(id, take);
      },
    },
  );
  const { weights: trained, adapter } = result;
  return {
    ...result,
    weights: moveTensors(trained),
    adapter: adapter && { config: adapter.config, weights: moveTensors(adapter.parameters) },
  };
}

/** In a function of its own, so that nothing but the model holds on to the weights. */
function builtModel({ weights, configJson, task, labels, recipe }: TrainingJob): Model {
  return buildModel({ configJson, weights: readModelWeights(weights), task, labels, seed: recipe.seed });
}

/** A checkpoint that cannot be written must not end the run. */
function takeCheckpoint(id: number, take: (path: string) => TakenCheckpoint): void {
  const path = join(tmpdir(), `plumbline-checkpoint-${randomUUID()}`);
  try {
    send({ type: 'checkpoint', id, taken: take(path) });
  } catch (error) {
    rmSync(path, { force: true });
    send({ type: 'checkpointFailure', id, failure: toFailure(error) });
  }
}

/** Throws MEMORY_INSUFFICIENT. */
function requireFitting(job: TrainingJob, model: Model, lengths: Workload): TrainingEstimate {
  const { recipe, weights, providers, stepsPerRun, memoryBytesMax } = job;
  const checkpointBytes = typeof weights === 'string' ? 0 : weights.byteLength;
  const workload = { ...lengths, checkpointBytes, ...(stepsPerRun !== undefined && { stepsPerRun }) };
  // What a device has is for the caller to say; what is loaded already is part of the estimate.
  const loaded = [...model.parameters.values()].reduce((sum, { data }) => sum + data.byteLength, 0);
  const onDevice = providers !== undefined && providers[0] !== 'cpu';
  const most = onDevice ? Number.POSITIVE_INFINITY : availableMemory() + loaded + checkpointBytes;
  return requireMemory(model, recipe, workload, memoryBytesMax ?? most);
}

function predict({ model, sequences, batchSize, threads, providers }: PredictionJob): Promise<Predictions> {
  return predictClassifier(
    { model, sequences: unpackSequences(sequences), batchSize, threads, ...(providers && { providers }) },
    cancellation.signal,
  );
}

/** `arrays` are moved, not copied: the thread must not use them afterwards. */
function send(report: Report, arrays: readonly (Uint8Array | Float32Array)[] = []): void {
  port.postMessage(report, [...new Set(arrays.map(({ buffer }) => buffer as ArrayBuffer))]);
}
