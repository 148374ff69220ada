import { z } from 'zod';
import { SecretRef } from '../fields.js';
import { sourceFields } from './common.js';
import { HttpUrl, webFields } from './web.js';

const Pointer = z
  .string()
  .regex(/^(\/([^~]|~[01])*)?$/, 'a JSON pointer (RFC 6901), for example /data/items');
const Parameter = z.string().min(1);
const HeaderName = z.string().regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/, 'a header name');

export const RestAuthentication = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('none').describe('No credentials.') }),
  z.strictObject({
    type: z.literal('key').describe('An API key.'),
    in: z.enum(['header', 'query']).default('header').describe('Where it is sent.'),
    name: HeaderName.default('X-API-Key').describe('Name of the header or query parameter.'),
    key: SecretRef,
  }),
  z.strictObject({ type: z.literal('bearer').describe('A bearer token (RFC 6750).'), token: SecretRef }),
  z.strictObject({
    type: z.literal('basic').describe('User name and password (RFC 7617).'),
    username: z.string().min(1).describe('User name.'),
    password: SecretRef,
  }),
  z.strictObject({
    type: z.literal('oauth2').describe('Client credentials (RFC 6749, 4.4).'),
    tokenUrl: HttpUrl.describe('Where tokens are given out.'),
    clientId: z.string().min(1).describe('Identifies the client.'),
    clientSecret: SecretRef,
    scope: z.string().min(1).optional().describe('Scopes, separated by spaces.'),
    send: z
      .enum(['basic', 'body'])
      .default('basic')
      .describe('How the client identifies itself: by a basic header or in the form.'),
  }),
]);
export type RestAuthentication = z.infer<typeof RestAuthentication>;

export const RestPagination = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('none').describe('All items come at once.') }),
  z.strictObject({
    type: z.literal('page').describe('By page number, until a page is empty.'),
    parameter: Parameter.default('page').describe('Query parameter of the page number.'),
    first: z.number().int().min(0).default(1).describe('Number of the first page.'),
    sizeParameter: Parameter.optional().describe('Query parameter of the page size.'),
    size: z.number().int().positive().default(100).describe('Items a page; sent with `sizeParameter`.'),
  }),
  z.strictObject({
    type: z.literal('offset').describe('By number of items passed over, until a page is empty.'),
    parameter: Parameter.default('offset').describe('Query parameter of the offset.'),
    limitParameter: Parameter.default('limit').describe('Query parameter of the page size.'),
    limit: z.number().int().positive().default(100).describe('Items a page.'),
  }),
  z.strictObject({
    type: z.literal('cursor').describe('By a token of the page before, until there is none.'),
    parameter: Parameter.default('cursor').describe('Query parameter of the token.'),
    from: Pointer.describe('JSON pointer to the next token.'),
  }),
  z.strictObject({ type: z.literal('link').describe('By the Link header with rel="next" (RFC 8288).') }),
  z.strictObject({
    type: z.literal('next').describe('By a URL in the body, until there is none.'),
    from: Pointer.describe('JSON pointer to the URL of the next page.'),
  }),
]);
export type RestPagination = z.infer<typeof RestPagination>;

/** Lists of JSON objects over HTTP. */
export const RestSource = z.strictObject({
  connector: z.literal('rest').describe('Reads lists of a REST API.'),
  url: HttpUrl.describe('Address of the list.'),
  query: z.record(z.string(), z.string()).default({}).describe('Query parameters; no secrets.'),
  headers: z
    .record(HeaderName, z.string())
    .default({})
    .refine(
      (headers) =>
        !Object.keys(headers).some((name) => /^(authorization|cookie|proxy-authorization)$/i.test(name)),
      'credentials belong into authentication',
    )
    .describe('Headers; no secrets.'),
  authentication: RestAuthentication.prefault({ type: 'none' }).describe('How the API knows who asks.'),
  pagination: RestPagination.prefault({ type: 'none' }).describe('How the next page is asked for.'),
  items: Pointer.default('').describe('JSON pointer to the list of items; empty: the body is the list.'),
  incremental: z
    .strictObject({
      field: z.string().min(1).describe('Field of an item that grows: an instant or a number.'),
      parameter: Parameter.describe('Query parameter that asks for items from a value on.'),
      start: z.string().min(1).optional().describe('Value of the first collection.'),
    })
    .optional()
    .describe('Collect only what came after the collection before. Left out: everything each time.'),
  requestsPerSecond: z.number().positive().max(1000).default(10).describe('Never asks more often.'),
  pagesMax: z
    .number()
    .int()
    .positive()
    .max(1_000_000)
    .default(100_000)
    .describe('More pages in one go are an error: lists that never end are not collected.'),
  attemptsMax: z
    .number()
    .int()
    .min(1)
    .max(20)
    .default(5)
    .describe('Attempts for an answer after network errors and the statuses 429 and 5xx.'),
  waitSecondsMax: z
    .number()
    .positive()
    .default(120)
    .describe('A longer wish to wait (Retry-After) ends this attempt of the collection.'),
  pageBytesMax: z
    .number()
    .int()
    .positive()
    .max(2 ** 29)
    .default(50_000_000)
    .describe('Bytes of one page at most, unpacked.'),
  ...webFields,
  ...sourceFields,
});
export type RestSource = z.infer<typeof RestSource>;
