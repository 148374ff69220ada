import { randomUUID } from 'node:crypto';
import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify';
import { serializerCompiler, validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod';
import type { Registry } from 'prom-client';
import { type ErrorBody, plumblineError } from '../../contracts/index.js';
import { registerAccess } from './access.js';
import { registerJsonBody } from './body.js';
import { errorBody, retryAfterSeconds, toHttpError } from './errors.js';
import { type ReadinessCheck, registerHealth } from './health.js';
import type { ApiKey } from './keys.js';
import { registerHttpMetrics } from './metrics.js';
import { registerOpenApi } from './openapi.js';

const asZod = (app: FastifyInstance) => app.withTypeProvider<ZodTypeProvider>();
/** A fastify instance whose routes take zod schemas. */
export type HttpServer = ReturnType<typeof asZod>;

export interface HttpServerOptions {
  /** A pino logger. */
  readonly log: FastifyBaseLogger;
  readonly title: string;
  readonly version: string;
  readonly bodyBytesMax: number;
  /** Resolved keys. With none, every protected route refuses. */
  readonly keys: readonly ApiKey[];
  readonly metrics: Registry;
  readonly ready: ReadinessCheck;
  /** Requests a minute: of one key, and of one address that sent none. */
  readonly requestsPerMinute?: { readonly key: number; readonly anonymous: number };
  /** The error body of addresses whose protocol prescribes another shape. */
  readonly formatError?: (request: FastifyRequest, body: ErrorBody) => unknown;
}

/** A client's own id is kept where it is safe to log and to echo. */
const requestId = (request: { headers: Record<string, string | string[] | undefined> }): string => {
  const sent = request.headers['x-request-id'];
  return typeof sent === 'string' && /^[\w.:-]{1,128}$/.test(sent) ? sent : randomUUID();
};

/**
 * The HTTP edge that every server of ours shares: request ids, API keys with roles, one error body, body
 * limits, rate limits, security headers, health, Prometheus metrics and OpenAPI 3.1. Routes added to it name a
 * role with `requireRole` or are `config: { open: true }`. `close()` lets requests under way finish.
 */
export const createHttpServer = async (options: HttpServerOptions): Promise<HttpServer> => {
  const answer = (request: FastifyRequest, reply: FastifyReply, thrown: unknown) => {
    const error = toHttpError(thrown);
    if (error.httpStatus >= 500)
      request.log.error({ err: thrown, code: error.code, requestId: request.id }, 'a request failed');
    const wait = retryAfterSeconds(error);
    if (wait !== null && !reply.hasHeader('retry-after')) reply.header('retry-after', wait);
    const body = errorBody(error, request.id);
    reply
      .status(error.httpStatus)
      .header('x-request-id', request.id)
      .type('application/json')
      // Already a string, so that no response schema of the route is applied to it.
      .send(JSON.stringify(options.formatError?.(request, body) ?? body));
  };

  const app: FastifyInstance = fastify({
    loggerInstance: options.log,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: options.bodyBytesMax,
    genReqId: requestId,
    requestIdHeader: false,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 500 },
    frameworkErrors: (error, request, reply) => answer(request, reply, error),
  });
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.setErrorHandler((error, request, reply) => answer(request, reply, error));
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id);
  });
  registerJsonBody(app);
  registerAccess(app, options.keys);

  const perMinute = options.requestsPerMinute ?? { key: 60_000, anonymous: 1_200 };
  await app.register(rateLimit, {
    global: false,
    timeWindow: 60_000,
    max: (request) => (request.principal === null ? perMinute.anonymous : perMinute.key),
    keyGenerator: (request) => request.principal?.keyId ?? request.ip,
    allowList: (request) => request.routeOptions.config.open === true,
    errorResponseBuilder: (_request, context) =>
      plumblineError('RATE_LIMITED', `more than ${context.max} requests a minute`, {
        details: { retryAfterSeconds: Math.ceil(context.ttl / 1000) },
      }),
  });
  const limitRate = app.rateLimit();
  app.addHook('onRequest', limitRate);
  app.setNotFoundHandler((request, reply) =>
    answer(
      request,
      reply,
      plumblineError('NOT_FOUND', `there is nothing at ${request.method} ${request.url}`),
    ),
  );
  await app.register(helmet, { global: true });
  await registerOpenApi(app, options);
  registerHttpMetrics(app, options.metrics);
  const server = asZod(app);
  registerHealth(server, options.ready);
  app.addHook('onResponse', async (request, reply) => {
    request.log.debug(
      {
        requestId: request.id,
        method: request.method,
        route: request.routeOptions.url,
        status: reply.statusCode,
      },
      'request',
    );
  });
  return server;
};
