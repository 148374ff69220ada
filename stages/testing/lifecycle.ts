import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Pipeline } from '../../contracts/index.js';
import { buildDataset } from '../datasets/index.js';
import { decideGate, deployVersion, evaluateModel, registerModel } from '../registry/index.js';
import { registryWorld } from '../registry/testing/memory.js';
import { createModelHost } from '../serving/index.js';
import { collectSource } from '../sources/index.js';
import { trainModel } from '../training/index.js';
import { tinyModel } from '../training/testing/tinyModel.js';

/** All stages over one memory, with a tiny base model that knows the words, and source files. */
export const lifecycleWorld = async (words: readonly string[], files: Readonly<Record<string, string>>) => {
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-lifecycle-'));
  for (const [name, bytes] of Object.entries({ ...tinyModel(words), ...files }))
    await writeFile(join(folder, name), bytes);
  const world = registryWorld();
  const ctx = {
    ...world,
    metrics: { insert: async () => undefined },
    cacheDir: join(folder, 'cache'),
    hfEndpoint: 'http://127.0.0.1:9',
  };
  const pipelineOf = (input: { readonly training?: object; readonly [key: string]: unknown }): Pipeline =>
    Pipeline.parse({
      apiVersion: 'plumbline/v1',
      ...input,
      training: { base: { model: `file:${folder}` }, freeze: 'none', earlyStopping: null, ...input.training },
    });

  /** The steps of a lifecycle run up to the deployed version. */
  const run = async (pipeline: Pipeline) => {
    const batches: string[] = [];
    for (const { name } of pipeline.sources)
      batches.push((await collectSource({ ctx, input: { pipeline, source: name } })).batchId);
    const { datasetId } = await buildDataset({ ctx, input: { pipeline, batches } });
    const { trainingRunId } = await trainModel({
      ctx,
      input: { pipeline, datasetId, generation: null, previous: null },
    });
    const input = { pipeline, trainingRunId, datasetId, learningCurveRuns: [] };
    const evaluated = await evaluateModel({ ctx, input });
    const { modelVersionId } = await registerModel({
      ctx,
      input: { pipeline, trainingRunId, evaluationId: evaluated.evaluationId },
    });
    const gate = await decideGate({ ctx, input: { pipeline, modelVersionId } });
    return { datasetId, trainingRunId, evaluated, modelVersionId, gate };
  };

  /** Deploys what passed the gate and serves it. */
  const serve = async (pipeline: Pipeline, { modelVersionId, gate }: Awaited<ReturnType<typeof run>>) => {
    const { decisionId } = gate;
    await deployVersion({ ctx, input: { pipeline, modelVersionId, decisionId, by: 'test', reason: 'test' } });
    const host = createModelHost({
      deployments: {
        current: async () => await ctx.catalog.aliases(),
        manifest: (id) => ctx.artifacts.get('ModelVersion', id),
      },
      blobs: ctx.blobs,
      predictions: { insert: async () => undefined },
      log: ctx.log,
      threads: 1,
      providers: ['cpu'],
    });
    await host.start();
    return host;
  };

  return { ctx, folder, pipelineOf, run, serve, remove: () => rm(folder, { recursive: true }) };
};
export type LifecycleWorld = Awaited<ReturnType<typeof lifecycleWorld>>;
