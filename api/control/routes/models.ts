import { z } from 'zod';
import {
  LineageNode,
  ModelList,
  ModelVersion,
  Name,
  plumblineError,
  RollbackRequest,
  Sha256,
  StartedRun,
  workflowId,
} from '../../../contracts/index.js';
import { lineage, listVersions, readReport } from '../../../stages/registry/index.js';
import { type HttpServer, requireRole } from '../../http/index.js';
import type { ControlDependencies } from '../dependencies.js';

const Lineage = z.object({ nodes: z.array(LineageNode) }).meta({ id: 'Lineage' });
const ModelPath = z.object({ name: Name });
const VersionPath = z.object({ modelVersionId: Sha256 });

/** Model versions: list, lineage, report, rollback. */
export const registerModelRoutes = (app: HttpServer, deps: ControlDependencies): void => {
  const { catalog, artifacts, blobs, temporal, now } = deps;
  const ctx = { catalog, artifacts, blobs };

  app.get(
    '/v1/models',
    {
      onRequest: requireRole('viewer'),
      schema: { tags: ['models'], summary: 'List model versions', response: { 200: ModelList } },
    },
    async () => ({ versions: await listVersions({ ctx, input: {} }) }),
  );
  app.get(
    '/v1/models/:name',
    {
      onRequest: requireRole('viewer'),
      schema: {
        tags: ['models'],
        summary: 'Versions of a model',
        params: ModelPath,
        response: { 200: ModelList },
      },
    },
    async (request) => {
      const versions = await listVersions({ ctx, input: { model: request.params.name } });
      if (versions.length === 0)
        throw plumblineError('MODEL_NOT_FOUND', `there is no model "${request.params.name}"`);
      return { versions };
    },
  );
  app.post(
    '/v1/models/:name/rollback',
    {
      onRequest: requireRole('operator'),
      schema: {
        tags: ['models'],
        summary: 'Put an earlier version back',
        params: ModelPath,
        body: RollbackRequest,
        response: { 201: StartedRun },
      },
    },
    async (request, reply) => {
      const model = request.params.name;
      const id = workflowId('promoteModel', model, now(), 'rollback');
      const started = await temporal.start('promoteModel', id, {
        action: 'rollback',
        model,
        ...request.body,
      });
      return reply.status(201).send(started);
    },
  );
  app.get(
    '/v1/model-versions/:modelVersionId',
    {
      onRequest: requireRole('viewer'),
      schema: {
        tags: ['models'],
        summary: 'Manifest of a model version: what it is and what it came from',
        params: VersionPath,
        response: { 200: ModelVersion },
      },
    },
    async (request) => artifacts.get('ModelVersion', request.params.modelVersionId),
  );
  app.get(
    '/v1/model-versions/:modelVersionId/lineage',
    {
      onRequest: requireRole('viewer'),
      schema: {
        tags: ['models'],
        summary: 'Every artifact the version came from, newest first',
        params: VersionPath,
        response: { 200: Lineage },
      },
    },
    async (request) => ({ nodes: await lineage({ ctx, input: request.params }) }),
  );
  app.get(
    '/v1/model-versions/:modelVersionId/report',
    {
      onRequest: requireRole('viewer'),
      schema: { tags: ['models'], summary: 'The HTML report', params: VersionPath },
    },
    async (request, reply) => {
      const report = await readReport({ ctx, input: request.params });
      return (
        reply
          .type('text/html; charset=utf-8')
          // The report is one file with its own inline styles; nothing of it may load or run anything else.
          .header(
            'content-security-policy',
            "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox",
          )
          .send(Buffer.from(report))
      );
    },
  );
};
