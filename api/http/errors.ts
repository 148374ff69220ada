import type { FastifyError } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import {
  type ErrorBody,
  type PlumblineError,
  plumblineError,
  toPlumblineError,
} from '../../contracts/index.js';

/** Fastify's own codes that have a coded error of ours; its other client errors become REQUEST_INVALID. */
const BODY_CODES: Readonly<Record<string, 'BODY_TOO_LARGE' | 'BODY_INVALID_JSON'>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'BODY_TOO_LARGE',
  FST_ERR_CTP_INVALID_JSON_BODY: 'BODY_INVALID_JSON',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'BODY_INVALID_JSON',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'BODY_INVALID_JSON',
};

const isFastifyError = (error: unknown): error is FastifyError =>
  error instanceof Error &&
  'code' in error &&
  typeof error.code === 'string' &&
  error.code.startsWith('FST_');

/** `body/text/0` becomes `body.text.0`: the path as people write it. */
const fieldPath = (context: string, instancePath: string): string =>
  [context, ...instancePath.split('/').filter(Boolean)].join('.');

/**
 * Any error met while a request is served, as a coded error. This is the only place at the HTTP edge that
 * translates: schema violations name their fields, fastify's errors get our codes, what is unknown is INTERNAL.
 */
export const toHttpError = (error: unknown): PlumblineError => {
  if (hasZodFastifySchemaValidationErrors(error)) {
    const context = error.validationContext ?? 'request';
    const fields = error.validation.map(
      (issue) => `${fieldPath(context, issue.instancePath)}: ${issue.message ?? 'is not valid'}`,
    );
    return plumblineError('REQUEST_INVALID', fields.join('; '), { details: { fields }, cause: error });
  }
  if (isFastifyError(error)) {
    const code = BODY_CODES[error.code];
    if (code !== undefined) return plumblineError(code, error.message, { cause: error });
    if (error.statusCode !== undefined && error.statusCode < 500)
      return plumblineError('REQUEST_INVALID', error.message, { cause: error });
  }
  return toPlumblineError(error);
};

/** The body that answers an error. An INTERNAL one tells nothing but the id under which the log has the rest. */
export const errorBody = (error: PlumblineError, requestId: string): ErrorBody => {
  const internal = error.code === 'INTERNAL';
  const details = internal ? {} : error.details;
  return {
    error: {
      code: error.code,
      message: internal
        ? 'The server met an unexpected error; its log has it under the request id.'
        : error.message,
      action: error.action,
      retryable: error.retryable,
      ...(Object.keys(details).length > 0 ? { details } : {}),
      requestId,
    },
  };
};

/** Seconds to wait before the same call again, for Retry-After: what the error says, else a second. */
export const retryAfterSeconds = (error: PlumblineError): number | null => {
  if (!error.retryable || (error.httpStatus !== 503 && error.httpStatus !== 429)) return null;
  const stated = error.details['retryAfterSeconds'];
  return typeof stated === 'number' ? Math.max(1, Math.ceil(stated)) : 1;
};
