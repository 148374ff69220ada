import { z } from 'zod';
import { DECISIONS, Decision, RunDetail, RunList, RunState } from '../../../contracts/index.js';
import { type HttpServer, requireRole } from '../../http/index.js';
import type { ControlDependencies } from '../dependencies.js';

const RunPath = z.object({ workflowId: z.string().min(1).max(400) });
const Accepted = z.object({ workflowId: z.string() }).meta({ id: 'Accepted' });
const RunQuery = z.object({
  pipeline: z.string().optional(),
  workflow: z.string().optional(),
  state: RunState.optional(),
  limit: z.coerce.number().int().min(1).max(200).default(20),
});

/** Runs: list, inspect, cancel, decide. The workflow id in the address is percent-encoded (it holds slashes). */
export const registerRunRoutes = (app: HttpServer, { temporal }: ControlDependencies): void => {
  app.get(
    '/v1/runs',
    {
      onRequest: requireRole('viewer'),
      schema: {
        tags: ['runs'],
        summary: 'List runs, newest first',
        querystring: RunQuery,
        response: { 200: RunList },
      },
    },
    async (request) => ({ runs: await temporal.list(request.query) }),
  );
  app.get(
    '/v1/runs/:workflowId',
    {
      onRequest: requireRole('viewer'),
      schema: {
        tags: ['runs'],
        summary: 'One run with its live progress',
        params: RunPath,
        response: { 200: RunDetail },
      },
    },
    async (request) => temporal.detail(request.params.workflowId),
  );
  app.post(
    '/v1/runs/:workflowId/cancel',
    {
      onRequest: requireRole('operator'),
      schema: {
        tags: ['runs'],
        summary: 'Cancel a run',
        params: RunPath,
        body: Decision,
        response: { 202: Accepted },
      },
    },
    async (request, reply) => {
      const { workflowId } = request.params;
      await temporal.cancel(workflowId);
      request.log.info(
        { workflowId, by: request.body.by, reason: request.body.reason },
        'cancellation requested',
      );
      return reply.status(202).send({ workflowId });
    },
  );
  for (const decision of DECISIONS)
    app.post(
      `/v1/runs/:workflowId/${decision}`,
      {
        onRequest: requireRole('operator'),
        schema: {
          tags: ['runs'],
          summary: `${decision} what the run waits for`,
          params: RunPath,
          body: Decision,
          response: { 200: Accepted },
        },
      },
      async (request) => {
        const { workflowId } = request.params;
        await temporal.decide(workflowId, decision, request.body);
        return { workflowId };
      },
    );
};
