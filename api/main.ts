import { Client, Connection } from '@temporalio/client';
import { pino } from 'pino';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { readConfig } from '../config.js';
import { openStorage } from '../storage/open.js';
import {
  createSourceSchedules,
  createTemporalGateway,
  registerControlRoutes,
  registerSourceMetrics,
} from './control/index.js';
import { closeOnSignal, createHttpServer, resolveKeys } from './http/index.js';

/** The control API's composition root. */
const config = readConfig();
const log = pino({ level: config.logLevel, name: 'plumbline-api' });
const storage = await openStorage(config);
const connection = Connection.lazy({ address: config.temporal.address });
const client = new Client({ connection, namespace: config.temporal.namespace });
const temporal = createTemporalGateway(client);

const metrics = new Registry();
collectDefaultMetrics({ register: metrics });
registerSourceMetrics(metrics, storage.sources);

const app = await createHttpServer({
  log,
  title: 'Plumbline control API',
  version: config.codeVersion,
  bodyBytesMax: config.bodyBytesMax,
  keys: await resolveKeys(config.apiKeys, storage.secrets),
  metrics,
  ready: async () => {
    const [stores, temporalState] = await Promise.all([storage.ping(), temporal.ping()]);
    return Object.fromEntries(
      Object.entries({ ...stores, temporal: temporalState }).map(([name, state]) => [
        name,
        state === 'ok' ? { ok: true } : { ok: false, detail: state },
      ]),
    );
  },
});
registerControlRoutes(app, {
  temporal,
  catalog: storage.catalog,
  sources: storage.sources,
  schedules: createSourceSchedules(client),
  artifacts: storage.artifacts,
  blobs: storage.blobs,
  datasets: storage.datasets,
  comparison: storage.comparison,
  lineageRows: storage.lineageRows,
  info: {
    version: config.codeVersion,
    temporalUiUrl: config.temporal.uiUrl,
    temporalNamespace: config.temporal.namespace,
    inferenceUrl: `http://${config.inference.host}:${config.inference.port}`,
  },
  now: () => new Date(),
});
await app.listen(config.api);
log.info({ ...config.api }, 'the API listens');
closeOnSignal({
  log,
  close: async () => {
    await app.close();
    await connection.close();
    await storage.close();
  },
});
