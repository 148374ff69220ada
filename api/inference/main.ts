import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { readConfig } from '../../config.js';
import { createModelHost, createPredictionBuffer } from '../../stages/serving/index.js';
import { openStorage } from '../../storage/open.js';
import { closeOnSignal, resolveKeys } from '../http/index.js';
import { prometheusObserver } from './observer.js';
import { createInferenceServer } from './server.js';

/** The inference role's composition root. */
const config = readConfig();
const log = pino({ level: config.logLevel, name: 'plumbline-inference' });
const storage = await openStorage(config);
const metrics = new Registry();
collectDefaultMetrics({ register: metrics });
const observer = prometheusObserver(metrics);
const predictions = createPredictionBuffer(storage.predictions, log, { observer });
const host = createModelHost(
  {
    deployments: storage.deployments,
    blobs: storage.blobs,
    predictions: storage.predictions,
    log,
    threads: config.threads,
    providers: config.providers,
  },
  { observer },
);
const app = await createInferenceServer(
  {
    log,
    metrics,
    bodyBytesMax: config.bodyBytesMax,
    keys: await resolveKeys(config.apiKeys, storage.secrets),
  },
  { host, predictions, version: config.codeVersion, now: () => new Date(), newId: randomUUID },
);
closeOnSignal({
  log,
  close: async () => {
    await app.close();
    await host.stop();
    await predictions.close();
    await storage.close();
  },
});
await app.listen(config.inference);
log.info({ ...config.inference }, 'the inference endpoint listens');
// After listening, so that health answers while models are loaded.
await host.start();
