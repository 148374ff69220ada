import type { FastifyInstance } from 'fastify';
import { Histogram, type Registry } from 'prom-client';

/** From cache hits to a long batch; finer where interactive latencies lie. */
const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Times every request by method, route pattern (never the raw URL: its values are unbounded) and status. */
export const registerHttpMetrics = (app: FastifyInstance, registry: Registry): void => {
  const duration = new Histogram({
    name: 'plumbline_http_request_duration_seconds',
    help: 'Time from the request line to the last byte of the answer.',
    labelNames: ['method', 'route', 'status'],
    buckets: SECONDS,
    registers: [registry],
  });
  app.addHook('onResponse', async (request, reply) => {
    duration.observe(
      { method: request.method, route: request.routeOptions.url ?? 'unmatched', status: reply.statusCode },
      reply.elapsedTime / 1000,
    );
  });
  app.get('/metrics', { config: { open: true }, schema: { hide: true } }, async (_request, reply) =>
    reply.type(registry.contentType).send(await registry.metrics()),
  );
};
