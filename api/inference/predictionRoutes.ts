import { z } from 'zod';
import {
  ClassifyRequest,
  ClassifyResponse,
  ExtractRequest,
  ExtractResponse,
  plumblineError,
  RelateRequest,
  TASK_RULES,
  type TaskRule,
} from '../../contracts/index.js';
import {
  classify,
  extract,
  type LoadedModel,
  relate,
  toClassifyResponse,
  toExtractResponse,
} from '../../stages/serving/index.js';
import { type HttpServer, requireRole } from '../http/index.js';
import type { InferenceDependencies } from './dependencies.js';

const Params = z.object({ name: z.string() });

const pathOf = (endpoint: TaskRule['endpoint']): string => `/v1/models/:name(^[^:/]+)::${endpoint}`;
const textsOf = (text: string | readonly string[]): readonly string[] =>
  typeof text === 'string' ? [text] : text;

/** The plain endpoints, one a task: texts in, labels or entities with scores out. */
export const registerPredictionRoutes = (app: HttpServer, deps: InferenceDependencies): void => {
  const onRequest = requireRole('viewer');
  const contextOf = (served: LoadedModel) => ({
    served,
    log: deps.predictions,
    now: deps.now(),
    newId: deps.newId,
  });
  /** @throws MODEL_NOT_FOUND, MODEL_NOT_READY; REQUEST_INVALID naming the endpoint that the model's task has */
  const find = (name: string, endpoint: TaskRule['endpoint']): LoadedModel => {
    const served = deps.host.find(name);
    const own = TASK_RULES[served.task].endpoint;
    if (own !== endpoint)
      throw plumblineError(
        'REQUEST_INVALID',
        `model ${name} is made for ${served.task}; POST to /v1/models/${name}:${own}`,
        { details: { model: name, task: served.task, endpoint: own } },
      );
    return served;
  };

  app.post(
    pathOf('classify'),
    {
      onRequest,
      schema: {
        tags: ['inference'],
        summary: 'Classify a text or a list of texts',
        params: Params,
        body: ClassifyRequest,
        response: { 200: ClassifyResponse },
      },
    },
    async (request) => {
      const texts = textsOf(request.body.text);
      const served = find(request.params.name, 'classify');
      return toClassifyResponse(served, await classify({ ctx: contextOf(served), input: { texts } }));
    },
  );

  app.post(
    pathOf('extract'),
    {
      onRequest,
      schema: {
        tags: ['inference'],
        summary: 'Find the entities of a text or a list of texts',
        params: Params,
        body: ExtractRequest,
        response: { 200: ExtractResponse },
      },
    },
    async (request) => {
      const texts = textsOf(request.body.text);
      const served = find(request.params.name, 'extract');
      return toExtractResponse(served, texts, await extract({ ctx: contextOf(served), input: { texts } }));
    },
  );

  app.post(
    pathOf('relate'),
    {
      onRequest,
      schema: {
        tags: ['inference'],
        summary: 'Say how two spans of a text are related',
        params: Params,
        body: RelateRequest,
        response: { 200: ClassifyResponse },
      },
    },
    async (request) => {
      const { body } = request;
      const relations = 'relations' in body ? body.relations : [body];
      const served = find(request.params.name, 'relate');
      return toClassifyResponse(served, await relate({ ctx: contextOf(served), input: { relations } }));
    },
  );
};
