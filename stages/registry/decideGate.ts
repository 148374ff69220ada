import {
  type EvaluationRow,
  type GateDecision,
  type ModelVersion,
  modelNameOf,
  type Pipeline,
  plumblineError,
} from '../../contracts/index.js';
import { digestOf } from '../digest.js';
import { runStep } from '../step.js';
import { type Comparison, gateVerdict } from './gateVerdict.js';
import { macroF1Difference } from './metrics/bootstrap.js';
import { judge } from './metrics/judged.js';
import { emptyTally, macroF1Of, tallyInto } from './metrics/tally.js';
import type { RegistryContext } from './ports.js';
import { predictRows } from './predictRows.js';
import { standingRollback } from './standingRollback.js';

export interface DecideGateInput {
  readonly pipeline: Pipeline;
  readonly modelVersionId: string;
}
export type GateOutcome = 'passed' | 'refused' | 'unchanged';

type Judgement = Pick<EvaluationRow, 'recordId' | 'label' | 'predicted'>;

/**
 * Whether a version may take the alias: the first one must reach the minimum; a later one must also lead the
 * champion, by the lower bound of a paired bootstrap of macro-F1 over the same test rows. One that a person rolled
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
          ? await compare(ctx, modelVersionId, champion, { resamples, seed, ...policy.gate })
          : await alone(ctx, modelVersionId);
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
        championMetric: comparison.champion?.macroF1 ?? null,
        difference: comparison.champion?.difference ?? null,
      };
    },
  });
  const unchanged = artifact.champion === artifact.candidate;
  const outcome: GateOutcome = unchanged ? 'unchanged' : artifact.passed ? 'passed' : 'refused';
  return { decisionId: id, outcome, reasons: artifact.reasons };
};

const macroF1 = (labels: readonly string[], rows: readonly Judgement[]): number =>
  macroF1Of(tallyInto(emptyTally(labels.length), judge(labels, rows)));

const alone = async (ctx: RegistryContext, modelVersionId: string): Promise<Comparison> => {
  const manifest = await ctx.artifacts.get('ModelVersion', modelVersionId);
  const rows = await testRows(ctx, manifest);
  return { rows: rows.length, candidate: macroF1(manifest.labels, rows), champion: null };
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
  options: { readonly resamples: number; readonly seed: number; readonly confidence: number },
): Promise<Comparison> => {
  const [candidate, incumbent] = await Promise.all([
    ctx.artifacts.get('ModelVersion', candidateId),
    ctx.artifacts.get('ModelVersion', champion.modelVersionId),
  ]);
  const ofCandidate = await testRows(ctx, candidate);
  const judgements = await championJudgements(ctx, candidate, incumbent, ofCandidate);
  const shared = ofCandidate.filter((row) => judgements.has(row.recordId));
  if (shared.length === 0)
    throw plumblineError(
      'DATASET_INVALID',
      'The champion was trained on every test row of the candidate, so that they cannot be compared.',
    );
  const ofChampion = shared.map((row) => ({ ...row, predicted: judgements.get(row.recordId)! }));
  const labels = [...new Set([...candidate.labels, ...incumbent.labels])];
  return {
    rows: shared.length,
    candidate: macroF1(labels, shared),
    champion: {
      version: champion.version,
      macroF1: macroF1(labels, ofChampion),
      difference: await macroF1Difference(ctx, judge(labels, shared), judge(labels, ofChampion), options),
      rowsLeftOut: ofCandidate.length - shared.length,
    },
  };
};

/**
 * What the champion says of the candidate's test rows, by record id. Its kept rows are used when both come of
 * the same dataset; else the text of a record may differ, so it predicts anew, and rows that it was trained or
 * tuned on are left out.
 */
const championJudgements = async (
  ctx: RegistryContext,
  candidate: ModelVersion,
  champion: ModelVersion,
  rows: readonly EvaluationRow[],
): Promise<ReadonlyMap<string, string>> => {
  const sameDataset = champion.dataset === candidate.dataset;
  if (sameDataset) {
    const kept = await ctx.evaluations.read(champion.trainingRun, 'test');
    const judgements = new Map(kept.map((row) => [row.recordId, row.predicted]));
    if (rows.every((row) => judgements.has(row.recordId))) return judgements;
  }
  const seen = sameDataset ? [] : await ctx.datasets.readRows(champion.dataset);
  const learnt = new Set(seen.filter((row) => row.split !== 'test').map((row) => row.recordId));
  const wanted = new Set(rows.map((row) => row.recordId));
  const texts = (await ctx.datasets.readRows(candidate.dataset)).filter(
    (row) => wanted.has(row.recordId) && !learnt.has(row.recordId),
  );
  const run = await ctx.artifacts.get('TrainingRun', champion.trainingRun);
  const predictions = await predictRows(ctx, run, texts);
  return new Map(predictions.map(({ row, predicted }) => [row.recordId, predicted]));
};
