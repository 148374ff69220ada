import { z } from 'zod';
import { CrawlSource } from './crawl.js';
import { FilesSource } from './files.js';
import { RestSource } from './rest.js';

export type { CrawledType, CrawlSource } from './crawl.js';
export type { FilesSource } from './files.js';
export type { RestAuthentication, RestPagination, RestSource } from './rest.js';

/** A new connector is a file beside this one, a line here, and a file in stages/sources/connectors. */
export const Source = z.discriminatedUnion('connector', [CrawlSource, FilesSource, RestSource]);
export type Source = z.infer<typeof Source>;

export type ConnectorName = Source['connector'];
export type SourceOf<C extends ConnectorName> = Extract<Source, { readonly connector: C }>;
