import { learntBaselineOf, TASK_RULES, type Task, type WorkflowOutput } from '../../contracts/index.js';
import { count, table } from './format.js';

export interface SummaryContext {
  readonly model: string;
  readonly task: Task;
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

type Summary = WorkflowOutput<'lifecycle'>['evaluation']['test'];

const deciding = ({ entityF1, macroF1 }: Summary): number => entityF1 ?? macroF1;

const verdict = (output: WorkflowOutput<'lifecycle'>): string => {
  const { test, baselines } = output.evaluation;
  const learnt = learntBaselineOf(baselines);
  const metric = test.entityF1 === undefined ? 'macro-F1' : 'entity F1';
  const baseline = test.entityF1 === undefined ? 'linear baseline' : 'dictionary';
  const lead = deciding(test) - deciding(learnt.metrics);
  if (Math.abs(lead) < 0.0005) return `The model and the ${baseline} are level on the test split.`;
  return lead > 0
    ? `The model leads the ${baseline} by ${lead.toFixed(4)} ${metric} on the test split.`
    : `The ${baseline} leads the model by ${(-lead).toFixed(4)} ${metric} on the test split; the report's ` +
        'learning curve shows where the model is ahead.';
};

const testTable = ({ test, baselines }: WorkflowOutput<'lifecycle'>['evaluation']): string => {
  const ofEntities = test.entityF1 !== undefined;
  const row = (name: string, { entityF1, macroF1, accuracy }: Summary) => [
    name,
    ...(entityF1 === undefined ? [] : [entityF1.toFixed(4)]),
    macroF1.toFixed(4),
    accuracy.toFixed(4),
  ];
  const { metrics } = learntBaselineOf(baselines);
  return table([
    ofEntities
      ? ['  Test split', 'entity F1', 'macro-F1', 'whole texts']
      : ['  Test split', 'macro-F1', 'accuracy'],
    row('  this model', test),
    row(ofEntities ? '  known entities' : '  TF-IDF + linear', metrics),
    row(ofEntities ? '  no entity' : '  majority class', baselines.majority),
  ]);
};

/** A request of the task to try the model with. */
const TRY: { readonly [T in Task]: { readonly verb: string; readonly body: unknown } } = {
  'sequence-classification': {
    verb: 'Classify',
    body: { text: 'Subject: You have won! Claim your prize now' },
  },
  'token-classification': { verb: 'Extract', body: { text: 'Angela Merkel visited Brussels.' } },
  'relation-classification': {
    verb: 'Relate',
    body: { text: 'Acme bought Initech.', head: { start: 0, end: 4 }, tail: { start: 12, end: 19 } },
  },
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
  const { verb, body } = TRY[context.task];
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
    testTable(evaluation),
    `  ${verdict(output)}`,
    '',
    `  Model      ${context.model} version ${evaluation.version}: ${PROMOTION[promotion.outcome]}`,
    ...promotion.reasons.map((reason) => `             ${reason}`),
    `  Report     ${context.reportPath}`,
    `  Web UI     ${context.temporalUiUrl}/namespaces/${context.temporalNamespace}/workflows/${encodeURIComponent(context.workflowId)}/${context.runId}`,
    `  ${verb.padEnd(11)}` +
      [
        `curl -s ${context.inferenceUrl}/v1/models/${context.model}:${TASK_RULES[context.task].endpoint}`,
        authorization,
        '-H "Content-Type: application/json"',
        `-d '${JSON.stringify(body)}'`,
      ].join(' '),
    '',
  ].join('\n');
};
