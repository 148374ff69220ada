import { z } from 'zod';
import {
  Decision,
  Name,
  plumblineError,
  Source,
  SourceEntry,
  SourceList,
  SourceState,
  SourceTest,
  StartedRun,
  workflowId,
} from '../../../contracts/index.js';
import {
  createSource,
  listSources,
  pauseSource,
  removeSource,
  resumeSource,
} from '../../../stages/sources/index.js';
import { type HttpServer, requireRole } from '../../http/index.js';
import type { ControlDependencies } from '../dependencies.js';

const SourcePath = z.object({ name: Name });

/**
 * What asks for a collection: nothing, or the notification of an object store (S3, MinIO) that objects were created.
 * Its contents are not looked at: the source itself says what is new.
 */
const CollectRequest = z
  .looseObject({ Records: z.array(z.looseObject({})).max(10_000).optional() })
  .nullish()
  .meta({ id: 'CollectRequest' });

/** The catalog of sources: create, list, show, test, pause, resume, remove, and events that ask for a collection. */
export const registerSourceRoutes = (app: HttpServer, deps: ControlDependencies): void => {
  const { temporal, sources, schedules, now } = deps;
  const ctx = { sources, schedules };
  const tags = ['sources'];

  const test = async (source: z.infer<typeof Source> | string): Promise<z.infer<typeof SourceTest>> => {
    const name = typeof source === 'string' ? source : source.name;
    const id = workflowId('testSource', name, now());
    await temporal.start('testSource', id, { source });
    return SourceTest.parse(await temporal.result(id));
  };

  app.get(
    '/v1/sources',
    {
      onRequest: requireRole('viewer'),
      schema: { tags, summary: 'Sources of the catalog', response: { 200: SourceList } },
    },
    async () => ({ sources: [...(await listSources({ ctx }))] }),
  );
  app.post(
    '/v1/sources',
    {
      onRequest: requireRole('operator'),
      schema: { tags, summary: 'Create a source', body: SourceEntry, response: { 201: SourceState } },
    },
    async (request, reply) => {
      const state = await createSource({ ctx, input: { entry: request.body, now: now().toISOString() } });
      return reply.status(201).send(state);
    },
  );
  app.post(
    '/v1/source-tests',
    {
      onRequest: requireRole('operator'),
      schema: {
        tags,
        summary: 'Test a source that is not in the catalog yet',
        body: z.object({ source: Source }),
        response: { 200: SourceTest },
      },
    },
    async (request) => test(request.body.source),
  );
  app.get(
    '/v1/sources/:name',
    {
      onRequest: requireRole('viewer'),
      schema: { tags, summary: 'One source', params: SourcePath, response: { 200: SourceState } },
    },
    async (request) => sources.get(request.params.name),
  );
  app.delete(
    '/v1/sources/:name',
    {
      onRequest: requireRole('operator'),
      schema: {
        tags,
        summary: 'Remove a source and its schedule; what was collected stays',
        params: SourcePath,
        response: { 204: z.null() },
      },
    },
    async (request, reply) => {
      await removeSource({ ctx, input: request.params });
      return reply.status(204).send(null);
    },
  );
  app.post(
    '/v1/sources/:name/test',
    {
      onRequest: requireRole('operator'),
      schema: { tags, summary: 'Test a source', params: SourcePath, response: { 200: SourceTest } },
    },
    async (request) => {
      await sources.get(request.params.name);
      return test(request.params.name);
    },
  );
  app.post(
    '/v1/sources/:name/pause',
    {
      onRequest: requireRole('operator'),
      schema: {
        tags,
        summary: 'Collect it no more',
        params: SourcePath,
        body: Decision,
        response: { 200: SourceState },
      },
    },
    async (request) => pauseSource({ ctx, input: { ...request.params, ...request.body } }),
  );
  app.post(
    '/v1/sources/:name/resume',
    {
      onRequest: requireRole('operator'),
      schema: { tags, summary: 'Collect it again', params: SourcePath, response: { 200: SourceState } },
    },
    async (request) => resumeSource({ ctx, input: request.params }),
  );
  app.post(
    '/v1/sources/:name/collect',
    {
      onRequest: requireRole('operator'),
      schema: {
        tags,
        summary: 'Collect it now; may be the webhook of an object store’s notifications',
        params: SourcePath,
        body: CollectRequest,
        response: { 202: StartedRun },
      },
    },
    async (request, reply) => {
      const { name } = request.params;
      const { entry, pausedBecause } = await sources.get(name);
      if (pausedBecause !== null)
        throw plumblineError('SOURCE_PAUSED', `source ${name} is paused: ${pausedBecause}`);
      return reply.status(202).send(await temporal.collect(name, { source: name, retry: entry.retry }));
    },
  );
};
