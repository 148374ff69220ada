import type { FilesSource } from '../../../contracts/index.js';
import type { Connector } from './connector.js';
import { files } from './files.js';

/** A new connector is one file and one line here; the mapped type makes a missing one a compile error. */
export const CONNECTORS: { readonly [K in FilesSource['connector']]: Connector } = { files };
