import type { ConnectorName, Source, SourceOf } from '../../../contracts/index.js';
import { catalog } from './catalog.js';
import type { Connector } from './connector.js';
import { crawl } from './crawl.js';
import { files } from './files.js';
import { kafka } from './kafka.js';
import { mongodb } from './mongodb.js';
import { mqtt } from './mqtt.js';
import { mysql } from './mysql.js';
import { postgresql } from './postgresql.js';
import { rabbitmq } from './rabbitmq.js';
import { rest } from './rest.js';

/** A new connector is one file and one line here; the mapped type makes a missing one a compile error. */
const CONNECTORS: { readonly [C in ConnectorName]: Connector<SourceOf<C>> } = {
  catalog,
  crawl,
  files,
  kafka,
  mongodb,
  mqtt,
  mysql,
  postgresql,
  rabbitmq,
  rest,
};

export const connectorOf = <S extends Source>(source: S): Connector<S> =>
  // The table's type says that each connector takes the sources of its name.
  CONNECTORS[source.connector] as unknown as Connector<S>;
