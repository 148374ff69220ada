import { z } from 'zod';
import { CatalogSource } from './catalog.js';
import { FilesSource } from './files.js';

export type { CatalogSource } from './catalog.js';
export type { FilesSource } from './files.js';

/** A new connector is a file beside this one, a line here, and a file in stages/sources/connectors. */
export const Source = z.discriminatedUnion('connector', [CatalogSource, FilesSource]);
export type Source = z.infer<typeof Source>;

export type ConnectorName = Source['connector'];
export type SourceOf<C extends ConnectorName> = Extract<Source, { readonly connector: C }>;
