import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { type ErrorBody, PlumblineError } from '../../contracts/index.js';
import { classify, extract } from '../../stages/serving/index.js';
import { type HttpServer, requireRole } from '../http/index.js';
import type { InferenceDependencies } from './dependencies.js';
import {
  classifiedTensors,
  extractedTensors,
  findsEntities,
  InferenceRequest,
  InferenceResponse,
  inferenceResponse,
  ModelMetadata,
  modelMetadata,
  outputsOf,
  ServerMetadata,
  textsOf,
} from './protocol.js';

const Live = z.object({ live: z.boolean() });
const Ready = z.object({ ready: z.boolean() });
const ModelReady = z.object({ name: z.string(), ready: z.boolean() });
const Params = z.object({ name: z.string(), version: z.string().optional() });

/** The protocol's error is a string under `error`; code, action and the rest stand beside it. */
const ProtocolError = z
  .object({
    error: z.string(),
    code: z.string(),
    action: z.string(),
    retryable: z.boolean(),
    details: z.record(z.string(), z.unknown()).optional(),
    requestId: z.string().optional(),
  })
  .meta({ id: 'InferenceError' });

/** Gives errors under /v2 the shape that the Open Inference Protocol prescribes. */
export const formatProtocolError = (request: FastifyRequest, body: ErrorBody): unknown => {
  if (!/^\/v2([/?]|$)/.test(request.url)) return body;
  const { message, ...rest } = body.error;
  return { error: message, ...rest };
};

const SERVER_NAME = 'plumbline';

/** Open Inference Protocol v2 (REST), with the version part optional everywhere; a version may also be an alias. */
export const registerProtocolRoutes = (app: HttpServer, deps: InferenceDependencies): void => {
  const { host } = deps;
  const errors = { default: ProtocolError };
  const viewer = requireRole('viewer');

  app.get(
    '/v2',
    { config: { open: true }, schema: { tags: ['v2'], response: { 200: ServerMetadata, ...errors } } },
    async () => ({ name: SERVER_NAME, version: deps.version, extensions: [] }),
  );
  app.get(
    '/v2/health/live',
    { config: { open: true }, schema: { tags: ['v2'], response: { 200: Live, ...errors } } },
    async () => ({ live: true }),
  );
  app.get(
    '/v2/health/ready',
    { config: { open: true }, schema: { tags: ['v2'], response: { 200: Ready, 503: Ready, ...errors } } },
    async (_request, reply) => reply.status(host.ready ? 200 : 503).send({ ready: host.ready }),
  );
  app.get(
    '/v2/models',
    {
      onRequest: viewer,
      schema: {
        tags: ['v2'],
        summary: 'Names of the models deployed here (an addition to the protocol)',
        response: { 200: z.object({ models: z.array(z.string()) }), ...errors },
      },
    },
    async () => ({ models: [...new Set(host.list().map(({ model }) => model))] }),
  );

  for (const path of ['/v2/models/:name', '/v2/models/:name/versions/:version']) {
    app.get(
      path,
      {
        onRequest: viewer,
        schema: { tags: ['v2'], params: Params, response: { 200: ModelMetadata, ...errors } },
      },
      async (request) => {
        const { name, version } = request.params;
        const versions = host
          .list()
          .filter(({ model }) => model === name)
          .flatMap(({ served }) => served?.version ?? []);
        return modelMetadata(host.find(name, version), [...new Set(versions)].map(String));
      },
    );
    app.get(
      `${path}/ready`,
      {
        onRequest: viewer,
        schema: { tags: ['v2'], params: Params, response: { 200: ModelReady, 503: ModelReady, ...errors } },
      },
      async (request, reply) => {
        const { name, version } = request.params;
        try {
          host.find(name, version);
          return { name, ready: true };
        } catch (error) {
          if (!(error instanceof PlumblineError) || error.code !== 'MODEL_NOT_READY') throw error;
          return reply.status(503).send({ name, ready: false });
        }
      },
    );
    app.post(
      `${path}/infer`,
      {
        onRequest: viewer,
        schema: {
          tags: ['v2'],
          params: Params,
          body: InferenceRequest,
          response: { 200: InferenceResponse, ...errors },
        },
      },
      async (request) => {
        const { name, version } = request.params;
        const texts = textsOf(request.body);
        const served = host.find(name, version);
        const names = outputsOf(request.body, served);
        const ctx = { served, log: deps.predictions, now: deps.now(), newId: deps.newId };
        const tensors = findsEntities(served)
          ? extractedTensors(await extract({ ctx, input: { texts } }))
          : classifiedTensors(served, await classify({ ctx, input: { texts } }));
        return inferenceResponse(served, tensors, { id: request.body.id, names });
      },
    );
  }
};
