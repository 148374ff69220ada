import { z } from 'zod';
import { DatasetDiff, DatasetVersion, Sha256, SplitName } from '../../../contracts/index.js';
import { diffDatasets } from '../../../stages/datasets/index.js';
import { type HttpServer, requireRole } from '../../http/index.js';
import type { ControlDependencies } from '../dependencies.js';

const DatasetPath = z.object({ datasetId: Sha256 });
const DiffPath = z.object({ datasetId: Sha256, otherId: Sha256 });
const RowsQuery = z.object({
  split: SplitName.default('test'),
  limit: z.coerce.number().int().min(1).max(100_000).default(1000),
});
const RowList = z
  .object({
    rows: z.array(z.object({ recordId: Sha256, text: z.string(), label: z.string(), group: z.string() })),
  })
  .meta({ id: 'RowList' });

/** Dataset versions: manifest and rows. Rows are the organisation's data, so an operator's role is needed. */
export const registerDatasetRoutes = (
  app: HttpServer,
  { artifacts, datasets, comparison }: ControlDependencies,
): void => {
  app.get(
    '/v1/datasets/:datasetId',
    {
      onRequest: requireRole('viewer'),
      schema: {
        tags: ['datasets'],
        summary: 'Manifest of a dataset version',
        params: DatasetPath,
        response: { 200: DatasetVersion },
      },
    },
    async (request) => artifacts.get('DatasetVersion', request.params.datasetId),
  );
  app.get(
    '/v1/datasets/:datasetId/rows',
    {
      onRequest: requireRole('operator'),
      schema: {
        tags: ['datasets'],
        summary: 'Rows of a split',
        params: DatasetPath,
        querystring: RowsQuery,
        response: { 200: RowList },
      },
    },
    async (request) => {
      const rows = await datasets.readRows(request.params.datasetId);
      const { split, limit } = request.query;
      return {
        rows: rows
          .filter((row) => row.split === split)
          .slice(0, limit)
          .map(({ recordId, text, label, group }) => ({ recordId, text, label, group })),
      };
    },
  );
  app.get(
    '/v1/datasets/:datasetId/diff/:otherId',
    {
      onRequest: requireRole('viewer'),
      schema: {
        tags: ['datasets'],
        summary: 'How the other dataset version differs from this one: rows by reason, batches, settings',
        params: DiffPath,
        response: { 200: DatasetDiff },
      },
    },
    async ({ params: { datasetId, otherId } }) =>
      diffDatasets({ ctx: { artifacts, comparison }, input: { from: datasetId, to: otherId } }),
  );
};
