import { z } from 'zod';
import type { HttpServer } from './server.js';

const DependencyState = z.object({ ok: z.boolean(), detail: z.string().optional() });
/** State of one thing the server needs; `detail` says what is wrong. */
export type DependencyState = z.infer<typeof DependencyState>;

/** Looks at every dependency once; must answer within a few seconds. A thrown error counts as not ready. */
export type ReadinessCheck = () => Promise<Readonly<Record<string, DependencyState>>>;

const Live = z.object({ status: z.literal('live') }).meta({ id: 'Live' });
const Readiness = z
  .object({ status: z.enum(['ready', 'not-ready']), dependencies: z.record(z.string(), DependencyState) })
  .meta({ id: 'Readiness' });

/** `/health/live`: the process answers. `/health/ready`: 200 when every dependency is well, else 503. */
export const registerHealth = (app: HttpServer, ready: ReadinessCheck): void => {
  app.get(
    '/health/live',
    { config: { open: true }, schema: { tags: ['health'], response: { 200: Live } } },
    async () => ({ status: 'live' as const }),
  );
  app.get(
    '/health/ready',
    { config: { open: true }, schema: { tags: ['health'], response: { 200: Readiness, 503: Readiness } } },
    async (_request, reply) => {
      const dependencies = { ...(await ready()) };
      const ok = Object.values(dependencies).every((dependency) => dependency.ok);
      return reply.status(ok ? 200 : 503).send({ status: ok ? 'ready' : 'not-ready', dependencies });
    },
  );
};
