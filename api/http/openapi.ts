import swagger from '@fastify/swagger';
import type { FastifyInstance } from 'fastify';
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod';
import { ErrorBody } from '../../contracts/index.js';

/** OpenAPI 3.1 from the routes' zod schemas; every operation also names the error body. */
export const registerOpenApi = async (
  app: FastifyInstance,
  info: { readonly title: string; readonly version: string },
): Promise<void> => {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: info.title, version: info.version },
      components: { securitySchemes: { apiKey: { type: 'http', scheme: 'bearer' } } },
      security: [{ apiKey: [] }],
    },
    transform: (document) => {
      const open = document.route.config?.open === true;
      const schema = {
        ...document.schema,
        ...(open ? { security: [] } : {}),
        response: { default: ErrorBody, ...(document.schema?.response ?? {}) },
      };
      return jsonSchemaTransform({ ...document, schema });
    },
    transformObject: jsonSchemaTransformObject,
  });
  app.get('/openapi.json', { config: { open: true }, schema: { hide: true } }, async () => app.swagger());
};
