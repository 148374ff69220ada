import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { ModelHost } from './serving/index.js';
import { ENTITY_WORDS, entityTexts, toConll } from './testing/entityCorpus.js';
import { type LifecycleWorld, lifecycleWorld } from './testing/lifecycle.js';

jest.setTimeout(120_000);

const rows = entityTexts(420, 3);
const jsonl = rows.map(({ text, entities }, id) => JSON.stringify({ text, entities, id })).join('\n');
const source = { connector: 'files', label: { from: 'entities' } };

describe('a pipeline that finds entities', () => {
  let world: LifecycleWorld;
  let made: Awaited<ReturnType<LifecycleWorld['run']>>;
  let host: ModelHost;
  beforeAll(async () => {
    world = await lifecycleWorld(ENTITY_WORDS, {
      'rows.jsonl': jsonl,
      'columns.conll': toConll(entityTexts(80, 4)),
    });
    const pipeline = world.pipelineOf({
      name: 'names',
      labels: ['PER', 'ORG', 'LOC'],
      sources: [
        { ...source, name: 'rows', root: world.folder, include: ['rows.jsonl'], format: 'jsonl' },
        { ...source, name: 'columns', root: world.folder, include: ['columns.conll'], format: 'conll' },
      ],
      dataset: { cleaning: { nearDuplicates: { jaccard: 0.99 } } },
      training: {
        task: 'token-classification',
        maxLength: 12,
        epochs: 25,
        batchSize: 16,
        learningRate: 1e-2,
      },
      evaluation: { bootstrapResamples: 200, learningCurve: [], lengthSlices: [8] },
      promotion: { gate: { minimum: 0.8 } },
    });
    made = await world.run(pipeline);
    host = await world.serve(pipeline, made);
  });
  afterAll(async () => {
    await host.stop();
    await world.remove();
  });

  it('keeps the spans of all rows on their names through cleaning', async () => {
    const kept = await world.ctx.datasets.readRows(made.datasetId);
    const names = kept.flatMap(({ text, entities = [] }) =>
      entities.map(({ start, end }) => text.slice(start, end)),
    );
    const known = new Set(
      rows.flatMap(({ text, entities }) => entities.map(({ start, end }) => text.slice(start, end))),
    );
    expect(kept.length).toBeGreaterThan(300);
    expect(names.filter((name) => !known.has(name))).toEqual([]);
    const { splits, labels } = await world.ctx.artifacts.get('DatasetVersion', made.datasetId);
    expect(Object.keys(splits.test.labels).sort()).toEqual([...labels].sort());
  });

  it('learns to find them, also where only the text around a name says what it is', async () => {
    const { test, baselines, slices, learningCurve } = await world.ctx.artifacts.get(
      'Evaluation',
      made.evaluated.evaluationId,
    );
    expect(test.entities!.f1.value).toBeGreaterThan(0.9);
    expect(baselines.dictionary!.entities!.f1.value).toBeLessThan(0.9);
    expect(learningCurve.map(({ winner }) => winner)).toEqual(['model']);
    expect(baselines.majority.entities!.f1.value).toBe(0);
    expect(made.evaluated.test.entityF1).toBe(test.entities!.f1.value);
    expect(slices.every(({ entityF1 }) => entityF1 !== undefined)).toBe(true);
  });

  it('passes a gate of entity F1', () => {
    expect(made.gate).toMatchObject({ outcome: 'passed' });
    expect(made.gate.reasons[0]).toMatch(/^Entity F1 0\.\d+ on \d+ test rows reaches/);
  });

  it('registers a folder that says its tags', async () => {
    const manifest = await world.ctx.artifacts.get('ModelVersion', made.modelVersionId);
    expect(manifest).toMatchObject({ task: 'token-classification', labels: ['PER', 'ORG', 'LOC'] });
    const read = async (name: string) =>
      new TextDecoder().decode(await world.ctx.blobs.get(manifest.files[name]!));
    expect(JSON.parse(await read('config.json'))).toMatchObject({
      architectures: ['BertForTokenClassification'],
      id2label: { 0: 'O', 1: 'B-PER', 2: 'I-PER', 3: 'B-ORG', 4: 'I-ORG', 5: 'B-LOC', 6: 'I-LOC' },
    });
    expect(await read('README.md')).toContain('pipeline_tag: token-classification');
    expect(await read('report.html')).toContain('entity F1');
  });

  it('serves what was measured: the same entities of the same texts', async () => {
    const evaluated = await world.ctx.evaluations.read(made.trainingRunId, 'test');
    const texts = new Map(
      (await world.ctx.datasets.readRows(made.datasetId)).map(({ recordId, text }) => [recordId, text]),
    );
    const served = await host.find('names').extract(evaluated.map(({ recordId }) => texts.get(recordId)!));
    served.forEach(({ entities, tagShares, tokens }, index) => {
      const { predictedEntities, scores, tokens: measured } = evaluated[index]!;
      expect(entities.map(({ score: _, ...entity }) => entity)).toEqual(predictedEntities);
      expect(tokens).toBe(measured);
      for (const [tag, share] of tagShares.entries()) expect(share).toBeCloseTo(scores[tag]!, 4);
    });
    await expect(host.find('names').classify(['text'])).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
  });
});
