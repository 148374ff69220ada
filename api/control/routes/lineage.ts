import { z } from 'zod';
import { plumblineError, Sha256, Trace } from '../../../contracts/index.js';
import { traceId } from '../../../stages/registry/index.js';
import { type HttpServer, requireRole } from '../../http/index.js';
import type { ControlDependencies } from '../dependencies.js';

const TracePath = z.object({ id: z.string().max(64) });
const RecordPath = z.object({ recordId: Sha256 });

/** Lineage of anything by its id, and the raw bytes of records, for which an operator's role is needed. */
export const registerLineageRoutes = (
  app: HttpServer,
  { artifacts, blobs, catalog, lineageRows }: ControlDependencies,
): void => {
  app.get(
    '/v1/lineage/:id',
    {
      onRequest: requireRole('viewer'),
      schema: {
        tags: ['lineage'],
        summary: 'Where a prediction, record or artifact came from, and what came of it',
        params: TracePath,
        response: { 200: Trace },
      },
    },
    async (request) => traceId({ ctx: { artifacts, catalog, lineageRows }, input: request.params }),
  );
  app.get(
    '/v1/records/:recordId/raw',
    {
      onRequest: requireRole('operator'),
      schema: {
        tags: ['lineage'],
        summary: 'The raw bytes of a record as they were collected',
        params: RecordPath,
      },
    },
    async ({ params: { recordId } }, reply) => {
      // Any blob has such an address, weights too: only what is a record may be read here.
      if ((await lineageRows.places(recordId)).length === 0)
        throw plumblineError('OBJECT_NOT_FOUND', `there is no record ${recordId}`);
      const bytes = await blobs.get({ sha256: recordId });
      return reply
        .type('application/octet-stream')
        .header('content-disposition', `attachment; filename="${recordId}"`)
        .send(Buffer.from(bytes));
    },
  );
};
