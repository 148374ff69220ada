import type {
  DatasetDecision,
  DatasetRow,
  EvaluationRow,
  HealthReport,
  PredictionRow,
  SourceRecord,
} from '../../contracts/index.js';
import { sha256Hex } from '../digest.js';
import { NOW } from './artifacts.js';

/** Small rows that differ by their number. */
export const aRecord = (number: number, change: Partial<SourceRecord> = {}): SourceRecord => ({
  pipeline: 'spam-triage',
  source: 'mails',
  batchId: sha256Hex('batch'),
  recordId: sha256Hex(`record ${number}`),
  path: `spam/${number}.eml`,
  position: 0,
  format: 'eml',
  label: 'spam',
  group: 'spam-1',
  bytes: 5_000,
  quarantineReason: null,
  ...change,
});

export const aDatasetRow = (number: number, change: Partial<DatasetRow> = {}): DatasetRow => ({
  recordId: sha256Hex(`record ${number}`),
  split: 'train',
  label: 'spam',
  group: 'spam-1',
  text: `Subject: "buy" \\ now №${number} 😀\n\ttab\u0000nul`,
  sentAt: null,
  clusterId: sha256Hex(`cluster ${number}`),
  ...change,
});

export const aDecision = (number: number, change: Partial<DatasetDecision> = {}): DatasetDecision => ({
  datasetId: sha256Hex('dataset'),
  recordId: sha256Hex(`record ${number}`),
  action: 'dropped',
  rule: 'nearDuplicates',
  reason: 'near duplicate',
  relatedRecordId: sha256Hex('record 0'),
  ...change,
});

export const anEvaluationRow = (number: number, change: Partial<EvaluationRow> = {}): EvaluationRow => ({
  trainingRunId: sha256Hex('run'),
  split: 'validation',
  recordId: sha256Hex(`record ${number}`),
  label: 'spam',
  predicted: 'ham',
  scores: [1 / 3, 2 / 3],
  embedding: [...Float32Array.of(0.1, -1e-9, number)],
  tokens: 12,
  group: 'spam-1',
  ...change,
});

export const aPrediction = (number: number, change: Partial<PredictionRow> = {}): PredictionRow => ({
  predictionId: `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`,
  at: NOW,
  model: 'spam-triage',
  modelVersion: sha256Hex('version'),
  textDigest: sha256Hex(`text ${number}`),
  predicted: 'ham',
  scores: [0.25, 0.75],
  embedding: [...Float32Array.of(0.3, 7)],
  tokens: 9,
  latencyMs: 3.25,
  ...change,
});

export const aReport = (change: Partial<HealthReport> = {}): HealthReport => ({
  kind: 'HealthReport',
  model: 'spam-triage',
  alias: 'champion',
  modelVersion: sha256Hex('version'),
  at: NOW,
  outcome: 'alarm',
  alarmsInARow: 1,
  confirmed: false,
  windowRows: 200,
  referenceRows: 600,
  windowEnd: NOW,
  statistic: 0.125,
  threshold: 0.1,
  pValue: 0.01,
  labelShares: { 'not "spam"': { window: 0.5, reference: 0.25 } },
  ...change,
});
