import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { readSafetensors, readSafetensorsFile } from '../../nn/index.js';
import { evaluateModel } from './evaluateModel.js';
import { lineage } from './lineage.js';
import { listVersions } from './listVersions.js';
import { readReport } from './readReport.js';
import { registerModel } from './registerModel.js';
import { MODEL_FOLDER, pipelineFixture, plantDataset, plantRun } from './testing/fixtures.js';
import { registryWorld } from './testing/memory.js';

const pipeline = pipelineFixture();
const planted = async () => {
  const world = registryWorld();
  const datasetId = await plantDataset(world, pipeline);
  const trainingRunId = await plantRun(world, pipeline, datasetId);
  const learningCurveRuns = [await plantRun(world, pipeline, datasetId, { rows: 12 })];
  return { world, input: { pipeline, trainingRunId, datasetId, learningCurveRuns } };
};

describe('evaluateModel', () => {
  let made: Awaited<ReturnType<typeof planted>>;
  let first: Awaited<ReturnType<typeof evaluateModel>>;
  beforeAll(async () => {
    made = await planted();
    first = await evaluateModel({ ctx: made.world, input: made.input });
  }, 60_000);

  it('measures the model and the baselines on the same rows', async () => {
    const evaluation = await made.world.artifacts.get('Evaluation', first.evaluationId);
    expect(evaluation.test.rows).toBe(12);
    expect(evaluation.validation.rows).toBe(12);
    expect(evaluation.baselines.tfidfLinear?.macroF1.value).toBe(1);
    expect(evaluation.baselines.majority.accuracy.value).toBeCloseTo(1 / 3, 9);
    expect(evaluation.slices.length).toBeGreaterThan(3);
    expect(first).toMatchObject({ reused: false, test: { macroF1: evaluation.test.macroF1.value } });
  });

  it('compares model and baseline at every size of the learning curve, the full one last', async () => {
    const { learningCurve } = await made.world.artifacts.get('Evaluation', first.evaluationId);
    expect(learningCurve.map(({ rows }) => rows)).toEqual([12, 48]);
    expect(learningCurve.at(-1)).toMatchObject({ winner: 'baseline', baseline: { value: 1 } });
  });

  it('keeps what the model says of every validation and test row', async () => {
    const rows = await made.world.evaluations.read(made.input.trainingRunId, 'test');
    expect(rows).toHaveLength(12);
    for (const row of rows) {
      expect(row.scores.reduce((sum, score) => sum + score, 0)).toBeCloseTo(1, 5);
      expect(row.embedding).toHaveLength(32);
      expect(row.tokens).toBeGreaterThan(4);
    }
    expect(await made.world.evaluations.read(made.input.trainingRunId, 'validation')).toHaveLength(12);
  });

  it('run twice gives the same result, in the same world and in a fresh one', async () => {
    expect(await evaluateModel({ ctx: made.world, input: made.input })).toEqual({ ...first, reused: true });
    const other = await planted();
    expect(await evaluateModel({ ctx: other.world, input: other.input })).toEqual(first);
  });

  it('refuses a run of another dataset', async () => {
    const datasetId = await plantDataset(made.world, pipeline, 'other rows');
    await expect(
      evaluateModel({ ctx: made.world, input: { ...made.input, datasetId } }),
    ).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
  });

  it('stops when it is cancelled', async () => {
    const { world, input } = await planted();
    const controller = new AbortController();
    controller.abort();
    await expect(
      evaluateModel({ ctx: { ...world, signal: controller.signal }, input }),
    ).rejects.toMatchObject({ code: 'CANCELLED' });
  });

  describe('registerModel', () => {
    const register = () =>
      registerModel({
        ctx: made.world,
        input: { pipeline, trainingRunId: made.input.trainingRunId, evaluationId: first.evaluationId },
      });

    it('registers the whole folder once and gives the same version when run twice', async () => {
      const registered = await register();
      expect(registered).toMatchObject({ version: 1, reused: false });
      expect(await register()).toEqual({ ...registered, reused: true });
      const { files } = await made.world.artifacts.get('ModelVersion', registered.modelVersionId);
      expect(Object.keys(files).sort()).toEqual([
        'README.md',
        'config.json',
        'model.onnx',
        'model.safetensors',
        'report.html',
        'special_tokens_map.json',
        'tokenizer.json',
        'tokenizer_config.json',
      ]);
    });

    it('writes the files that transformers writes for the same checkpoint', async () => {
      const { modelVersionId } = await register();
      const { files } = await made.world.artifacts.get('ModelVersion', modelVersionId);
      const read = async (name: string) => made.world.blobs.get(files[name]!);
      const golden = readSafetensors(readFileSync(new URL('model.safetensors', MODEL_FOLDER)));
      const written = readSafetensorsFile(await read('model.safetensors'));
      expect(written.metadata).toEqual({ format: 'pt' });
      expect([...written.tensors.keys()].sort()).toEqual([...golden.keys()].sort());
      for (const [name, { dims, data }] of golden)
        expect(written.tensors.get(name)).toMatchObject({ dims, data });
      const config: unknown = JSON.parse(new TextDecoder().decode(await read('config.json')));
      expect(config).toMatchObject({
        architectures: ['BertForSequenceClassification'],
        id2label: { 0: 'ham', 1: 'spam', 2: 'list' },
        label2id: { ham: 0, spam: 1, list: 2 },
      });
    });

    it('writes a model card with metadata, figures, limits and lineage', async () => {
      const { modelVersionId } = await register();
      const { files } = await made.world.artifacts.get('ModelVersion', modelVersionId);
      const card = new TextDecoder().decode(await made.world.blobs.get(files['README.md']!));
      const [, header, body] = card.split(/^---$/m);
      expect(parse(header!)).toMatchObject({
        license: 'other',
        library_name: 'transformers',
        pipeline_tag: 'text-classification',
        'model-index': [{ name: 'mail-triage' }],
      });
      for (const heading of ['Intended use', 'Training data', 'Results', 'Limits', 'Licence', 'Lineage'])
        expect(body).toContain(`## ${heading}`);
      expect(body).toContain(first.test.macroF1.toFixed(4));
      expect(body).toContain(made.input.datasetId);
    });

    it('can be listed, traced to its batches, and its report read', async () => {
      const { modelVersionId } = await register();
      expect(await listVersions({ ctx: made.world, input: {} })).toMatchObject([
        { modelVersionId, version: 1, aliases: [], macroF1: first.test.macroF1 },
      ]);
      const kinds = (await lineage({ ctx: made.world, input: { modelVersionId } })).map(({ kind }) => kind);
      expect(kinds).toEqual([
        'ModelVersion',
        'Evaluation',
        'TrainingRun',
        'TrainingRun',
        'DatasetVersion',
        'SourceBatch',
      ]);
      const report = new TextDecoder().decode(
        await readReport({ ctx: made.world, input: { modelVersionId } }),
      );
      expect(report).toContain('The linear baseline beats the fine-tuned model.');
      expect(report).not.toContain('<script');
    });

    it('refuses an evaluation of another run', async () => {
      const trainingRunId = made.input.learningCurveRuns[0]!;
      await expect(
        registerModel({
          ctx: made.world,
          input: { pipeline, trainingRunId, evaluationId: first.evaluationId },
        }),
      ).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
    });

    it('publishes nothing when a newer attempt holds the fence', async () => {
      const { world, input } = await planted();
      const { evaluationId } = await evaluateModel({ ctx: world, input });
      const request = { pipeline, trainingRunId: input.trainingRunId, evaluationId };
      // The older attempt stalls while it writes its files; the newer one overtakes it.
      const slow = {
        ...world,
        blobs: {
          get: (ref: { sha256: string }) => world.blobs.get(ref),
          putFile: (path: string) => world.blobs.putFile(path),
          getFile: (ref: { sha256: string }, path: string) => world.blobs.getFile(ref, path),
          put: async (bytes: Uint8Array) => {
            if (world.catalog.registered.length === 0)
              await registerModel({ ctx: { ...world, attempt: 2 }, input: request });
            return world.blobs.put(bytes);
          },
        },
      };
      await expect(registerModel({ ctx: slow, input: request })).rejects.toMatchObject({
        code: 'ATTEMPT_FENCED',
      });
      expect(world.catalog.registered).toHaveLength(1);
    });
  });
});
