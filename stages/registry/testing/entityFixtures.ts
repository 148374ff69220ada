import type { EvaluationRow, Pipeline } from '../../../contracts/index.js';
import { pipelineFixture, plantManifest, plantRun } from './fixtures.js';
import type { RegistryWorld } from './memory.js';

export const entityPipelineFixture = (changes: Readonly<Record<string, unknown>> = {}): Pipeline =>
  pipelineFixture({
    training: { base: { model: 'file:tiny' }, maxLength: 24, task: 'token-classification' },
    sources: [
      {
        name: 'mails',
        connector: 'files',
        include: ['*.jsonl'],
        format: 'jsonl',
        label: { from: 'entities' },
      },
    ],
    ...changes,
  });

/** A registered version that finds the one entity of each test row but every `everyWrong`th. @returns its id */
export const plantEntityVersion = async (
  world: RegistryWorld,
  pipeline: Pipeline,
  datasetId: string,
  { generation, everyWrong }: { readonly generation: string; readonly everyWrong: number },
): Promise<string> => {
  const trainingRun = await plantRun(world, pipeline, datasetId, { generation, labels: pipeline.labels });
  const test = (await world.datasets.readRows(datasetId)).filter((row) => row.split === 'test');
  await world.evaluations.insert(
    test.map(({ recordId, group }, index): EvaluationRow => {
      const label = pipeline.labels[index % pipeline.labels.length]!;
      const entity = { start: 0, end: 4, label };
      const wrong = (index + 1) % everyWrong === 0;
      return {
        trainingRunId: trainingRun,
        split: 'test',
        recordId,
        label,
        predicted: label,
        scores: [],
        embedding: [],
        tokens: 5,
        group,
        entities: [entity],
        predictedEntities: [wrong ? { ...entity, end: 5 } : entity],
      };
    }),
  );
  return plantManifest(world, {
    model: pipeline.name,
    trainingRun,
    generation,
    dataset: datasetId,
    task: 'token-classification',
    labels: pipeline.labels,
    serving: pipeline.serving,
  });
};
