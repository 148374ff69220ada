import { createHttpServer, type HttpServer, type HttpServerOptions } from '../http/index.js';
import { registerClassifyRoutes } from './classifyRoutes.js';
import type { InferenceDependencies } from './dependencies.js';
import { formatProtocolError, registerProtocolRoutes } from './protocolRoutes.js';
import { readinessOf } from './readiness.js';

/** The inference endpoint: Open Inference Protocol v2 and the plain classify endpoint over one model host. */
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
  registerClassifyRoutes(app, deps);
  registerProtocolRoutes(app, deps);
  return app;
};
