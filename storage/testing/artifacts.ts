import type { Deployment, ModelVersion, SourceBatch } from '../../contracts/index.js';
import { ServingRecipe } from '../../contracts/index.js';
import { sha256Hex } from '../digest.js';

export const NOW = '2026-11-23T10:00:00.000Z';

/** Small artifacts that differ by `name`. */
export const aBatch = (name: string): SourceBatch => ({
  kind: 'SourceBatch',
  pipeline: 'spam-triage',
  source: 'mails',
  records: 1,
  bytes: 10,
  labels: { spam: 1 },
  groups: {},
  quarantined: {},
  recordsDigest: sha256Hex(name),
});

export const aModelVersion = (name: string, model = 'spam-triage'): ModelVersion => ({
  kind: 'ModelVersion',
  model,
  trainingRun: sha256Hex(`run ${name}`),
  evaluation: sha256Hex(`evaluation ${name}`),
  dataset: sha256Hex(`dataset ${name}`),
  labels: ['ham', 'spam'],
  maxLength: 128,
  serving: ServingRecipe.parse({}),
  codeVersion: '0.1.0',
  files: { 'model.onnx': { sha256: sha256Hex(`model ${name}`), bytes: 1 } },
});

export const aDeployment = (modelVersion: string, change: Partial<Deployment> = {}): Deployment => ({
  kind: 'Deployment',
  model: 'spam-triage',
  alias: 'champion',
  modelVersion,
  previous: null,
  action: 'promote',
  evidence: null,
  by: 'ada',
  reason: 'first',
  at: NOW,
  ...change,
});
