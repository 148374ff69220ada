import type { FastifyInstance } from 'fastify';
import { plumblineError } from '../../contracts/index.js';

const decoder = new TextDecoder('utf-8', { fatal: true });

/**
 * Reads JSON bodies from their bytes. Fastify's own parser turns bytes that are not UTF-8 into U+FFFD, which
 * would classify a text nobody sent; keys such as `__proto__` are refused.
 */
export const registerJsonBody = (app: FastifyInstance): void => {
  const parseJson = app.getDefaultJsonParser('error', 'error');
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    if (body.length === 0) {
      done(plumblineError('BODY_INVALID_JSON', 'the body is empty; send a JSON value'));
      return;
    }
    let text: string;
    try {
      text = decoder.decode(typeof body === 'string' ? Buffer.from(body) : body);
    } catch (cause) {
      done(plumblineError('BODY_INVALID_JSON', 'the body is not valid UTF-8', { cause }));
      return;
    }
    void parseJson(request, text, (error, value) => {
      if (error === null) done(null, value);
      else
        done(
          plumblineError('BODY_INVALID_JSON', `the body is not valid JSON: ${reason(text)}`, {
            cause: error,
          }),
        );
    });
  });
};

/** Fastify's parser does not say what is wrong; JSON.parse says where, and takes what is only forbidden. */
const reason = (text: string): string => {
  try {
    JSON.parse(text);
    return 'it has a forbidden key (__proto__ or constructor.prototype)';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
};
