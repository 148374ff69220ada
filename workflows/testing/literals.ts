import type { LiteralActivities } from './bench.js';
import { id } from './fixtures.js';

const metrics = { macroF1: 0.97, accuracy: 0.98 };

/** Activities that answer at once: a healthy run from collection to deployment. */
export const healthyActivities = (): Required<LiteralActivities> => ({
  collectSource: async () => ({ batchId: id('a'), records: 300, quarantined: 1, reused: false }),
  collectCatalogSource: async () => ({ batchId: id('a'), records: 300, quarantined: 1, reused: false }),
  noteCollection: async () => ({ paused: false }),
  testSource: async () => ({ found: '3 files', fields: [] }),
  buildDataset: async () => ({
    datasetId: id('b'),
    read: 299,
    kept: 290,
    dropped: { 'exact-duplicate': 9 },
    changed: {},
    splits: { train: 232, validation: 29, test: 29 },
    reused: false,
  }),
  trainModel: async ({ input }: { input: { rowsMax?: number } }) => ({
    trainingRunId: input.rowsMax === undefined ? id('c') : id(String(input.rowsMax).slice(0, 1)),
    rows: input.rowsMax ?? 232,
    steps: 30,
    bestStep: 20,
    validationMacroF1: 0.97,
    stoppedEarly: false,
    reused: false,
  }),
  planLearningCurve: async () => ({ sizes: [50, 200] }),
  evaluateModel: async () => ({
    evaluationId: id('d'),
    test: metrics,
    baselines: { majority: { macroF1: 0.4, accuracy: 0.6 }, tfidfLinear: metrics },
    reused: false,
  }),
  findChampion: async () => ({ trainingRunId: null }),
  registerModel: async () => ({ modelVersionId: id('e'), version: 1, reused: false }),
  decideGate: async () => ({
    outcome: 'passed',
    decisionId: id('f'),
    reasons: ['There is no champion yet.'],
  }),
  deployVersion: async () => ({ deploymentId: id('0') }),
  rollbackAlias: async () => ({ deploymentId: id('0'), modelVersionId: id('9') }),
  compareWindow: async () => ({ healthReportId: id('8'), outcome: 'healthy', pValue: 0.4, confirmed: false }),
  findRetraining: async () => ({ workflowId: null }),
  ensureMonitoringSchedule: async () => ({ scheduleId: 'monitor/spam-triage' }),
});
