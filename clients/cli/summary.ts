import type { WorkflowOutput } from '../../contracts/index.js';
import { count, table } from './format.js';

export interface SummaryContext {
  readonly model: string;
  readonly inferenceUrl: string;
  readonly temporalUiUrl: string;
  readonly temporalNamespace: string;
  readonly workflowId: string;
  readonly runId: string;
  /** Where the report was saved. */
  readonly reportPath: string;
  /** File with a key that may predict, for the curl line; null when only the caller's own key is known. */
  readonly keyFile: string | null;
}

const listing = (counts: Readonly<Record<string, number>>): string => {
  const entries = Object.entries(counts).filter(([, value]) => value > 0);
  return entries.length === 0
    ? 'none'
    : entries
        .sort(([, a], [, b]) => b - a)
        .map(([name, value]) => `${name} ${count(value)}`)
        .join(', ');
};

const verdict = (output: WorkflowOutput<'lifecycle'>): string => {
  const { test, baselines } = output.evaluation;
  const lead = test.macroF1 - baselines.tfidfLinear.macroF1;
  if (Math.abs(lead) < 0.0005) return 'The model and the linear baseline are level on the test split.';
  return lead > 0
    ? `The model leads the linear baseline by ${lead.toFixed(4)} macro-F1 on the test split.`
    : `The linear baseline leads the model by ${(-lead).toFixed(4)} macro-F1 on the test split; the report's ` +
        'learning curve shows where the model is ahead.';
};

const PROMOTION: Readonly<Record<WorkflowOutput<'promoteModel'>['outcome'], string>> = {
  deployed: 'deployed and serving',
  unchanged: 'already in production',
  'refused-by-gate': 'refused by the gate; the champion stays',
  rejected: 'rejected; the champion stays',
  expired: 'the approval expired; the champion stays',
  'rolled-back': 'rolled back',
};

const reused = (flag: boolean): string => (flag ? '  (reused)' : '');

/** What a person needs at the end of a run: what happened, how good it is, where to look, what to type next. */
export const lifecycleSummary = (output: WorkflowOutput<'lifecycle'>, context: SummaryContext): string => {
  const { dataset, training, evaluation, promotion } = output;
  const row = (name: string, metrics: { macroF1: number; accuracy: number }) => [
    name,
    metrics.macroF1.toFixed(4),
    metrics.accuracy.toFixed(4),
  ];
  const authorization =
    context.keyFile === null
      ? '-H "Authorization: Bearer $PLUMBLINE_API_KEY"'
      : `-H "Authorization: Bearer $(cat ${context.keyFile})"`;
  return [
    '',
    `Pipeline ${output.pipeline}`,
    ...output.collected.map(
      (batch) =>
        `  Collected  ${batch.source}: ${count(batch.records)} records, ${count(batch.quarantined)} quarantined${reused(batch.reused)}`,
    ),
    `  Cleaned    kept ${count(dataset.kept)} of ${count(dataset.read)}${reused(dataset.reused)}`,
    `    dropped  ${listing(dataset.dropped)}`,
    `    changed  ${listing(dataset.changed)}`,
    `  Split      train ${count(dataset.splits.train)}, validation ${count(dataset.splits.validation)}, test ${count(dataset.splits.test)}`,
    `  Trained    ${count(training.steps)} steps, best at ${count(training.bestStep)}${training.stoppedEarly ? ', stopped early' : ''}${reused(training.reused)}`,
    '',
    table([
      ['  Test split', 'macro-F1', 'accuracy'],
      row('  this model', evaluation.test),
      row('  TF-IDF + linear', evaluation.baselines.tfidfLinear),
      row('  majority class', evaluation.baselines.majority),
    ]),
    `  ${verdict(output)}`,
    '',
    `  Model      ${context.model} version ${evaluation.version}: ${PROMOTION[promotion.outcome]}`,
    ...promotion.reasons.map((reason) => `             ${reason}`),
    `  Report     ${context.reportPath}`,
    `  Web UI     ${context.temporalUiUrl}/namespaces/${context.temporalNamespace}/workflows/${encodeURIComponent(context.workflowId)}/${context.runId}`,
    '  Classify   ' +
      [
        `curl -s ${context.inferenceUrl}/v1/models/${context.model}:classify`,
        authorization,
        '-H "Content-Type: application/json"',
        `-d '{"text": "Subject: You have won! Claim your prize now"}'`,
      ].join(' '),
    '',
  ].join('\n');
};
