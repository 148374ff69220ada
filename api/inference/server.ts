import { createHttpServer, type HttpServer, type HttpServerOptions } from '../http/index.js';
import type { InferenceDependencies } from './dependencies.js';
import { registerPredictionRoutes } from './predictionRoutes.js';
import { formatProtocolError, registerProtocolRoutes } from './protocolRoutes.js';
import { readinessOf } from './readiness.js';
import { registerServedModelsRoute } from './servedModelsRoute.js';

/** The inference endpoint: Open Inference Protocol v2 and the plain endpoints over one model host. */
export const createInferenceServer = async (
  http: Pick<HttpServerOptions, 'log' | 'keys' | 'metrics' | 'bodyBytesMax'>,
  deps: InferenceDependencies,
): Promise<HttpServer> => {
  const app = await createHttpServer({
    ...http,
    title: 'Plumbline inference',
    version: deps.version,
    ready: async () => readinessOf(deps.host),
    formatError: formatProtocolError,
  });
  registerServedModelsRoute(app, deps);
  registerPredictionRoutes(app, deps);
  registerProtocolRoutes(app, deps);
  return app;
};
