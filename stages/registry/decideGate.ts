import {
  type EvaluationRow,
  type GateDecision,
  type GateMetric,
  type ModelVersion,
  modelNameOf,
  type Pipeline,
  plumblineError,
} from '../../contracts/index.js';
import { digestOf } from '../digest.js';
import { runStep } from '../step.js';
import { type Comparison, gateVerdict } from './gateVerdict.js';
import { pairedDifference } from './metrics/bootstrap.js';
import { FIGURES } from './metrics/figures.js';
import { judgeRows } from './metrics/judged.js';
import { emptyTally, tallyInto } from './metrics/tally.js';
import type { RegistryContext } from './ports.js';
import { predictRows } from './predictRows.js';
import { standingRollback } from './standingRollback.js';

export interface DecideGateInput {
  readonly pipeline: Pipeline;
  readonly modelVersionId: string;
}
export type GateOutcome = 'passed' | 'refused' | 'unchanged';

type Answer = Pick<EvaluationRow, 'predicted' | 'predictedEntities'>;
type AnsweredRow = Pick<EvaluationRow, 'recordId' | 'label' | 'entities'> & Answer;

/**
 * Whether a version may take the alias: the first one must reach the minimum; a later one must also lead the
 * champion, by the lower bound of a paired bootstrap of the gate's metric over the same test rows. One that a person rolled
 * back returns only if a person approves it.
 * @throws MODEL_NOT_FOUND; REQUEST_INVALID for a version of another model; DATASET_INVALID when there are no
 *   rows both can be compared on; CANCELLED; and what the ports and the neural core throw
 */
export const decideGate = async ({ ctx, input }: { ctx: RegistryContext; input: DecideGateInput }) => {
  const { pipeline, modelVersionId } = input;
  const model = modelNameOf(pipeline);
  const policy = pipeline.promotion;
  const { model: registeredAs } = await ctx.catalog.version(modelVersionId);
  if (registeredAs !== model)
    throw plumblineError(
      'REQUEST_INVALID',
      `${modelVersionId} is a version of ${registeredAs}, not of ${model}.`,
    );
  const champion = await ctx.catalog.alias(model, policy.alias);
  const rolledBack = standingRollback(await ctx.catalog.deployments(model, policy.alias), modelVersionId);
  const { bootstrapResamples: resamples, seed } = pipeline.evaluation;
  const { metric = 'macroF1' } = policy.gate;
  const { codeVersion } = ctx;
  const key = digestOf({
    step: 'decideGate',
    candidate: modelVersionId,
    champion: champion?.modelVersionId ?? null,
    rolledBack: rolledBack?.deploymentId ?? null,
    policy,
    resamples,
    seed,
    codeVersion,
  });
  const { id, artifact } = await runStep({
    ctx,
    kind: 'GateDecision',
    key,
    make: async (): Promise<GateDecision> => {
      const comparison =
        champion !== null && champion.modelVersionId !== modelVersionId
          ? await compare(ctx, modelVersionId, champion, { resamples, seed, ...policy.gate, metric })
          : await alone(ctx, modelVersionId, metric);
      const unchanged = champion?.modelVersionId === modelVersionId;
      return {
        kind: 'GateDecision',
        model,
        alias: policy.alias,
        candidate: modelVersionId,
        champion: champion?.modelVersionId ?? null,
        policy,
        ...(unchanged
          ? { passed: false, reasons: [`This version is already ${policy.alias}.`] }
          : gateVerdict(comparison, policy, rolledBack)),
        rows: comparison.rows,
        candidateMetric: comparison.candidate,
        championMetric: comparison.champion?.metric ?? null,
        difference: comparison.champion?.difference ?? null,
      };
    },
  });
  const unchanged = artifact.champion === artifact.candidate;
  const outcome: GateOutcome = unchanged ? 'unchanged' : artifact.passed ? 'passed' : 'refused';
  return { decisionId: id, outcome, reasons: artifact.reasons };
};

const figure = (metric: GateMetric, labels: readonly string[], rows: readonly AnsweredRow[]): number =>
  FIGURES[metric].of(tallyInto(emptyTally(labels.length), judgeRows(labels, rows)));

const alone = async (
  ctx: RegistryContext,
  modelVersionId: string,
  metric: GateMetric,
): Promise<Comparison> => {
  const manifest = await ctx.artifacts.get('ModelVersion', modelVersionId);
  const rows = await testRows(ctx, manifest);
  return { rows: rows.length, candidate: figure(metric, manifest.labels, rows), champion: null };
};

const testRows = async (ctx: RegistryContext, manifest: ModelVersion): Promise<readonly EvaluationRow[]> => {
  const rows = await ctx.evaluations.read(manifest.trainingRun, 'test');
  if (rows.length === 0)
    throw plumblineError(
      'DATASET_INVALID',
      `There are no evaluated test rows of training run ${manifest.trainingRun}; evaluate the model first.`,
    );
  return rows;
};

const compare = async (
  ctx: RegistryContext,
  candidateId: string,
  champion: { readonly modelVersionId: string; readonly version: number },
  options: {
    readonly resamples: number;
    readonly seed: number;
    readonly confidence: number;
    readonly metric: GateMetric;
  },
): Promise<Comparison> => {
  const [candidate, incumbent] = await Promise.all([
    ctx.artifacts.get('ModelVersion', candidateId),
    ctx.artifacts.get('ModelVersion', champion.modelVersionId),
  ]);
  if (candidate.task !== incumbent.task)
    throw plumblineError(
      'REQUEST_INVALID',
      `Version ${champion.version} was trained for another task and cannot be compared; name another \`model\` in the pipeline file.`,
    );
  const ofCandidate = await testRows(ctx, candidate);
  const answers = await championAnswers(ctx, candidate, incumbent, ofCandidate);
  const shared = ofCandidate.filter((row) => answers.has(row.recordId));
  if (shared.length === 0)
    throw plumblineError(
      'DATASET_INVALID',
      'The champion was trained on every test row of the candidate, so that they cannot be compared.',
    );
  const ofChampion = shared.map((row) => ({ ...row, ...answers.get(row.recordId)! }));
  const labels = [...new Set([...candidate.labels, ...incumbent.labels])];
  return {
    rows: shared.length,
    candidate: figure(options.metric, labels, shared),
    champion: {
      version: champion.version,
      metric: figure(options.metric, labels, ofChampion),
      difference: await pairedDifference(
        ctx,
        judgeRows(labels, shared),
        judgeRows(labels, ofChampion),
        FIGURES[options.metric].of,
        options,
      ),
      rowsLeftOut: ofCandidate.length - shared.length,
    },
  };
};

/**
 * What the champion says of the candidate's test rows, by record id. Its kept rows are used when both come of
 * the same dataset; else the text of a record may differ, so it predicts anew, and rows that it was trained or
 * tuned on are left out.
 */
const championAnswers = async (
  ctx: RegistryContext,
  candidate: ModelVersion,
  champion: ModelVersion,
  rows: readonly EvaluationRow[],
): Promise<ReadonlyMap<string, Answer>> => {
  const sameDataset = champion.dataset === candidate.dataset;
  if (sameDataset) {
    const kept = await ctx.evaluations.read(champion.trainingRun, 'test');
    const answers = new Map(kept.map((row) => [row.recordId, answerOf(row)]));
    if (rows.every((row) => answers.has(row.recordId))) return answers;
  }
  const seen = sameDataset ? [] : await ctx.datasets.readRows(champion.dataset);
  const learnt = new Set(seen.filter((row) => row.split !== 'test').map((row) => row.recordId));
  const wanted = new Set(rows.map((row) => row.recordId));
  const texts = (await ctx.datasets.readRows(candidate.dataset)).filter(
    (row) => wanted.has(row.recordId) && !learnt.has(row.recordId),
  );
  const run = await ctx.artifacts.get('TrainingRun', champion.trainingRun);
  const predictions = await predictRows(ctx, run, texts);
  return new Map(predictions.map(({ row, ...said }) => [row.recordId, answerOf(said)]));
};

const answerOf = ({ predicted, predictedEntities }: Answer): Answer => ({
  predicted,
  ...(predictedEntities !== undefined && { predictedEntities }),
});
