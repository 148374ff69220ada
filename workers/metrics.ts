import { createServer, type Server } from 'node:http';
import type { ActivityInterceptorsFactory } from '@temporalio/worker';
import { collectDefaultMetrics, Histogram, Registry } from 'prom-client';

export interface WorkerMetrics {
  readonly registry: Registry;
  /** Times every activity attempt. */
  readonly interceptor: ActivityInterceptorsFactory;
}

/** Activities last from milliseconds to days. */
const SECONDS_BUCKETS = [0.01, 0.1, 1, 5, 30, 120, 600, 3600, 21_600, 86_400];

export const createWorkerMetrics = (): WorkerMetrics => {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const durations = new Histogram({
    name: 'plumbline_activity_attempt_seconds',
    help: 'Duration of activity attempts, by activity and outcome.',
    labelNames: ['activity', 'outcome'],
    buckets: SECONDS_BUCKETS,
    registers: [registry],
  });
  return {
    registry,
    interceptor: ({ info: { activityType: activity } }) => ({
      inbound: {
        execute: async (input, next) => {
          const end = durations.startTimer({ activity });
          try {
            const output = await next(input);
            end({ outcome: 'completed' });
            return output;
          } catch (error) {
            end({ outcome: error instanceof Error ? error.name : 'unknown' });
            throw error;
          }
        },
      },
    }),
  };
};

/** Parts of the worker and how they are: `ok`, or what is wrong. */
export type HealthCheck = () => Promise<Readonly<Record<string, string>>>;

/** `/metrics` (Prometheus text) and `/health` (200 when every part is ok, else 503). */
export const serveMetrics = (options: {
  readonly registry: Registry;
  readonly health: HealthCheck;
  readonly host: string;
  readonly port: number;
}): Promise<Server> => {
  const { registry, health, host, port } = options;
  const answer = async (path: string): Promise<[number, string, string]> => {
    if (path === '/metrics') return [200, registry.contentType, await registry.metrics()];
    if (path !== '/health') return [404, 'text/plain', 'GET /metrics or /health\n'];
    const parts = await health();
    const healthy = Object.values(parts).every((part) => part === 'ok');
    return [healthy ? 200 : 503, 'application/json', JSON.stringify(parts)];
  };
  const server = createServer((request, response) => {
    answer((request.url ?? '/').split('?')[0] ?? '/').then(
      ([status, type, body]) => response.writeHead(status, { 'content-type': type }).end(body),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => resolve(server));
  });
};
