import { plumblineError, Sha256, type Trace } from '../../../contracts/index.js';
import { lineage } from '../lineage.js';
import { datasetsOfBatch, kindOf, upstreamOf } from './artifact.js';
import type { TraceContext } from './context.js';
import { answeringModel, learntFrom, modelsOfArtifact, modelsOfRecord } from './models.js';
import { traceRecord } from './record.js';

const EMPTY = { prediction: null, records: [], cameFrom: [], learntFrom: [], datasets: [], models: [] };
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const unknown = (id: string) =>
  plumblineError('OBJECT_NOT_FOUND', `nothing is known by the id ${id}: no prediction, record or artifact`, {
    details: { id },
  });

const statementOf = (known: number, rows: number, datasets: number): string =>
  known > 0
    ? `The text that was asked about is, character for character, the text of ${known} known record(s), whose raw bytes are kept. The answer itself comes from the model version, which learnt from ${rows} training rows of ${datasets} dataset version(s).`
    : `The text that was asked about is not kept, only its digest, and no record of the datasets behind the model version has it. The answer comes from that version, which learnt from ${rows} training rows of ${datasets} dataset version(s); each leads to its raw bytes. Which of them weighed how much in this answer is not known.`;

const tracePrediction = async (ctx: TraceContext, id: string): Promise<Trace> => {
  const prediction = await ctx.lineageRows.prediction(id);
  if (prediction === null) throw unknown(id);
  const { modelVersion, textDigest } = prediction;
  const model = await answeringModel(ctx, modelVersion);
  const cameFrom = await lineage({ ctx, input: { modelVersionId: modelVersion } });
  const { trainingRun } = await ctx.artifacts.get('ModelVersion', modelVersion);
  const sets = await learntFrom(ctx, trainingRun);
  const datasetIds = cameFrom.filter(({ kind }) => kind === 'DatasetVersion').map((node) => node.id);
  // A record that is plain text has the digest of its text as its id.
  const ids = new Set([...(await ctx.lineageRows.recordsOfText(textDigest, datasetIds)), textDigest]);
  const traced = await Promise.all([...ids].map((recordId) => traceRecord(ctx, recordId)));
  const records = traced.filter(({ places }) => places.length > 0);
  const rows = sets.reduce((sum, set) => sum + set.rows, 0);
  return {
    ...EMPTY,
    id,
    kind: 'Prediction',
    statement: statementOf(records.length, rows, sets.length),
    prediction,
    records,
    cameFrom,
    learntFrom: sets.map(({ datasetId, rows: some }) => ({ datasetId, rows: some })),
    models: [model],
  };
};

const traceOneRecord = async (ctx: TraceContext, id: string): Promise<Trace> => {
  const record = await traceRecord(ctx, id);
  if (record.places.length + record.datasets.length === 0) throw unknown(id);
  return {
    ...EMPTY,
    id,
    kind: 'Record',
    statement:
      'The id is the SHA-256 of the raw bytes. Models are those registered; certain is false where a run drew only some of the training rows.',
    records: [record],
    datasets: record.datasets.filter(({ split }) => split !== null).map(({ datasetId }) => datasetId),
    models: await modelsOfRecord(ctx, record),
  };
};

/**
 * Follows a prediction, a record or an artifact both ways: to source and raw bytes, and to every dataset version and
 * registered model version that came of it.
 * @throws OBJECT_NOT_FOUND for an id of nothing, REQUEST_INVALID for no id, CLICKHOUSE_UNREACHABLE, OBJECT_CORRUPT
 */
export const traceId = async ({
  ctx,
  input: { id },
}: {
  ctx: TraceContext;
  input: { readonly id: string };
}): Promise<Trace> => {
  if (UUID.test(id)) return tracePrediction(ctx, id);
  if (!Sha256.safeParse(id).success)
    throw plumblineError(
      'REQUEST_INVALID',
      'an id is the UUID of a prediction, or 64 hexadecimal digits of a record, dataset, model version or other artifact',
    );
  const kind = await kindOf(ctx, id);
  if (kind === null) return traceOneRecord(ctx, id);
  return {
    ...EMPTY,
    id,
    kind,
    statement: `Everything this ${kind} was made from, and the registered model versions that have it in their chain.`,
    cameFrom: await upstreamOf(ctx, kind, id),
    datasets: kind === 'SourceBatch' ? await datasetsOfBatch(ctx, id) : [],
    models: await modelsOfArtifact(ctx, id),
  };
};
