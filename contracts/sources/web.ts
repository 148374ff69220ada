import { z } from 'zod';

/** An address that a source is reached at. Credentials have fields of their own and never stand in a URL. */
export const HttpUrl = z
  .url({ protocol: /^https?$/ })
  .refine((url) => !/^https?:\/\/[^/?#]*@/i.test(url), 'a URL holds no user name or password');

/** What every source that is read over HTTP has. */
export const webFields = {
  allowPrivate: z
    .array(z.string().regex(/^[^\s/@]+$/, 'a host, or host:port'))
    .default([])
    .describe(
      'Hosts (`host` or `host:port`) that may have private, loopback or link-local addresses. All others never reach one.',
    ),
  timeoutSeconds: z
    .number()
    .positive()
    .max(3600)
    .default(30)
    .describe('Time for one answer, its last byte included.'),
};
