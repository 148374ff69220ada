import { z } from 'zod';
import { Sha256, Task } from '../../contracts/index.js';
import type { ServedAlias } from '../../stages/serving/index.js';
import { type HttpServer, requireRole } from '../http/index.js';
import type { InferenceDependencies } from './dependencies.js';

export const ServedModels = z
  .object({
    models: z.array(
      z.object({
        model: z.string(),
        alias: z.string(),
        /** Switching: an older version answers while the wanted one is loaded or cannot be. */
        state: z.enum(['ready', 'switching', 'loading', 'failed']),
        served: z
          .object({
            version: z.number().int(),
            modelVersionId: Sha256,
            task: Task,
            labels: z.array(z.string()),
            maxLength: z.number().int(),
            provider: z.string(),
          })
          .nullable(),
        wanted: z.object({ version: z.number().int(), modelVersionId: Sha256 }),
        error: z.object({ code: z.string(), message: z.string(), action: z.string() }).nullable(),
      }),
    ),
  })
  .meta({ id: 'ServedModels' });

const describeAlias = ({ model, alias, wanted, served, error }: ServedAlias) => {
  const current = served?.modelVersionId === wanted.modelVersionId;
  return {
    model,
    alias,
    state:
      served === null
        ? error === null
          ? ('loading' as const)
          : ('failed' as const)
        : current
          ? ('ready' as const)
          : ('switching' as const),
    served:
      served === null
        ? null
        : {
            version: served.version,
            modelVersionId: served.modelVersionId,
            task: served.task,
            labels: [...served.labels],
            maxLength: served.maxLength,
            provider: served.provider,
          },
    wanted: { version: wanted.version, modelVersionId: wanted.modelVersionId },
    error: error === null ? null : { code: error.code, message: error.message, action: error.action },
  };
};

/** What is loaded here. */
export const registerServedModelsRoute = (app: HttpServer, deps: InferenceDependencies): void => {
  app.get(
    '/v1/models',
    {
      onRequest: requireRole('viewer'),
      schema: { tags: ['models'], summary: 'What is loaded here', response: { 200: ServedModels } },
    },
    async () => ({ models: deps.host.list().map(describeAlias) }),
  );
};
