import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { ServingObserver } from '../../stages/serving/index.js';

/** What serving tells, as Prometheus metrics. */
export const prometheusObserver = (registry: Registry): ServingObserver => {
  const registers = [registry];
  const runSeconds = new Histogram({
    name: 'plumbline_serving_run_duration_seconds',
    help: 'Time of one run of the model over a batch.',
    labelNames: ['model'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
    registers,
  });
  const runRows = new Histogram({
    name: 'plumbline_serving_run_rows',
    help: 'Texts that shared a run.',
    labelNames: ['model'],
    buckets: [1, 2, 4, 8, 16, 32, 64, 128, 256],
    registers,
  });
  const tokens = new Counter({
    name: 'plumbline_serving_tokens_total',
    help: 'Tokens computed: text and padding.',
    labelNames: ['model', 'kind'],
    registers,
  });
  const queued = new Gauge({
    name: 'plumbline_serving_queued_rows',
    help: 'Texts waiting for a run.',
    labelNames: ['model'],
    registers,
  });
  const dropped = new Counter({
    name: 'plumbline_serving_predictions_dropped_total',
    help: 'Predictions answered but never logged.',
    registers,
  });
  const waiting = new Gauge({
    name: 'plumbline_serving_predictions_waiting',
    help: 'Predictions answered and not logged yet.',
    registers,
  });
  const version = new Gauge({
    name: 'plumbline_serving_model_version',
    help: 'Newest version number loaded.',
    labelNames: ['model'],
    registers,
  });
  const loadSeconds = new Histogram({
    name: 'plumbline_serving_load_duration_seconds',
    help: 'Time to load and warm a model version.',
    labelNames: ['model'],
    buckets: [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
    registers,
  });
  const loadFailures = new Counter({
    name: 'plumbline_serving_load_failures_total',
    help: 'Attempts to load a model version that failed.',
    labelNames: ['model', 'code'],
    registers,
  });
  return {
    ran(run) {
      runSeconds.observe({ model: run.model }, run.seconds);
      runRows.observe({ model: run.model }, run.rows);
      tokens.inc({ model: run.model, kind: 'text' }, run.tokens);
      tokens.inc({ model: run.model, kind: 'padding' }, run.paddedTokens - run.tokens);
    },
    queued: (model, rows) => queued.set({ model }, rows),
    predictionsDropped: (rows) => dropped.inc(rows),
    predictionsWaiting: (rows) => waiting.set(rows),
    loadFailed: (model, code) => loadFailures.inc({ model, code }),
    loaded(model, number, seconds) {
      version.set({ model }, number);
      loadSeconds.observe({ model }, seconds);
    },
  };
};
