import { z } from 'zod';
import {
  StartedRun,
  WORKFLOW_NAMES,
  WORKFLOWS,
  type WorkflowName,
  workflowId,
} from '../../../contracts/index.js';
import { type HttpServer, requireRole } from '../../http/index.js';
import type { ControlDependencies } from '../dependencies.js';

/** Whose run it is: the pipeline, or for a rollback the model. */
const subjectOf = (input: unknown): string => {
  const named = z
    .union([
      z.object({ pipeline: z.object({ name: z.string(), model: z.string().optional() }) }),
      z.object({ model: z.string() }),
    ])
    .parse(input);
  return 'pipeline' in named ? named.pipeline.name : named.model;
};

/** `POST /v1/workflows/{type}`: one route a workflow type, so that each has its own schema in OpenAPI. */
export const registerWorkflowRoutes = (app: HttpServer, { temporal, now }: ControlDependencies): void => {
  const start = async (name: WorkflowName, input: unknown): Promise<StartedRun> => {
    const id = workflowId(name, subjectOf(input), now());
    return temporal.start(name, id, input);
  };
  for (const name of WORKFLOW_NAMES)
    app.post(
      `/v1/workflows/${name}`,
      {
        onRequest: requireRole('operator'),
        schema: {
          tags: ['workflows'],
          summary: `Start ${name}`,
          body: WORKFLOWS[name].input,
          response: { 201: StartedRun },
        },
      },
      async (request, reply) => reply.status(201).send(await start(name, request.body)),
    );
};
