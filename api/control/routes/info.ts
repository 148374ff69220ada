import { z } from 'zod';
import { type HttpServer, requireRole } from '../../http/index.js';
import type { ControlDependencies } from '../dependencies.js';

const Info = z
  .object({
    version: z.string(),
    temporalUiUrl: z.string(),
    temporalNamespace: z.string(),
    inferenceUrl: z.string(),
  })
  .meta({ id: 'Info' });

/** Where the other parts of this installation are. */
export const registerInfoRoute = (app: HttpServer, { info }: ControlDependencies): void => {
  app.get(
    '/v1/info',
    {
      onRequest: requireRole('viewer'),
      schema: { tags: ['info'], summary: 'This installation', response: { 200: Info } },
    },
    async () => info,
  );
};
