import { BSON, type Document, type FindCursor, MongoClient } from 'mongodb';
import { type MongodbSource, plumblineError } from '../../../contracts/index.js';
import type { Connector, ConnectorContext, Cursor, Page } from './connector.js';
import { CONNECT_TIMEOUT_MS, type Credentials, overConnection } from './databases/connection.js';
import { type FoundRow, type Position, pagesOf, positionOf, type RowReader } from './databases/pages.js';
import { mongodbFault } from './mongodb/faults.js';
import { plainValue } from './mongodb/values.js';

/** Documents that the driver asks for at a time; the server ends a batch at 16 MiB. */
const BATCH_DOCUMENTS = 100;

const open = (source: MongodbSource, { password, ca }: Credentials): MongoClient => {
  const host = source.host.includes(':') ? `[${source.host}]` : source.host;
  return new MongoClient(`mongodb://${host}:${source.port}/`, {
    appName: 'plumbline',
    readPreference: source.readPreference,
    serverSelectionTimeoutMS: CONNECT_TIMEOUT_MS,
    connectTimeoutMS: CONNECT_TIMEOUT_MS,
    // A read that the driver repeats by itself could begin again in the middle.
    retryReads: false,
    maxPoolSize: 2,
    ...(source.replicaSet === undefined ? { directConnection: true } : { replicaSet: source.replicaSet }),
    ...(source.tls === undefined ? {} : { tls: true, ...(ca === undefined ? {} : { ca }) }),
    ...(source.user === undefined
      ? {}
      : { auth: { username: source.user, password }, authSource: source.authenticationDatabase }),
  });
};

const toCursor = (value: unknown): Cursor => BSON.EJSON.stringify(value, { relaxed: false });

const fromCursor = (value: Cursor): unknown => BSON.EJSON.parse(String(value), { relaxed: false });

/** The filter of a source and, for its next documents, the place after which they are. @throws SOURCE_UNREADABLE */
const filterOf = (source: MongodbSource, start: Position | null): Document => {
  const { filter, incremental } = source;
  try {
    const wanted = BSON.EJSON.deserialize(filter, { relaxed: false }) as Document;
    if (incremental === undefined) return wanted;
    const { column, tieBreaker } = incremental;
    const present = { [column]: { $ne: null } };
    if (start === null) return { $and: [wanted, present, { [tieBreaker]: { $ne: null } }] };
    const [value, key] = start.after.map(fromCursor);
    const after = [{ [column]: { $gt: value } }, { [column]: value, [tieBreaker]: { $gt: key } }];
    return { $and: [wanted, present, { $or: after }] };
  } catch {
    throw plumblineError(
      'SOURCE_UNREADABLE',
      `source ${source.name}: \`filter\` or the place to go on from is no Extended JSON`,
      { details: { source: source.name } },
    );
  }
};

const projectionOf = ({ columns }: MongodbSource): Document | undefined =>
  columns === undefined ? undefined : { _id: 0, ...Object.fromEntries(columns.map((column) => [column, 1])) };

/** Reads the documents in the order of a position, or of their ids. */
const find = (client: MongoClient, source: MongodbSource, start: Position | null): FindCursor<Document> => {
  const { incremental } = source;
  const projection = projectionOf(source);
  return client
    .db(source.database)
    .collection(source.collection)
    .find(filterOf(source, start), {
      promoteLongs: false,
      promoteValues: true,
      bsonRegExp: true,
      batchSize: Math.min(BATCH_DOCUMENTS, source.pageRows),
      maxTimeMS: source.statementTimeoutSeconds * 1000,
      ...(projection === undefined ? {} : { projection }),
    })
    .sort(incremental === undefined ? { _id: 1 } : { [incremental.column]: 1, [incremental.tieBreaker]: 1 });
};

const memberOf = (document: unknown, path: string): unknown =>
  path
    .split('.')
    .reduce<unknown>(
      (value, key) => (value !== null && typeof value === 'object' ? Reflect.get(value, key) : undefined),
      document,
    );

const readerOf = (source: MongodbSource, documents: FindCursor<Document>): RowReader => {
  const { incremental } = source;
  const found = (document: Document): FoundRow => ({
    values: plainValue(document) as Readonly<Record<string, unknown>>,
    place:
      incremental === undefined
        ? null
        : [
            toCursor(memberOf(document, incremental.column)),
            toCursor(memberOf(document, incremental.tieBreaker)),
          ],
  });
  return {
    columns: [],
    next: async (count) => {
      const page: FoundRow[] = [];
      while (page.length < count) {
        const document = await documents.next();
        if (document === null) break;
        page.push(found(document));
      }
      return page;
    },
  };
};

const during = <T>(
  source: MongodbSource,
  context: ConnectorContext,
  work: (client: MongoClient) => AsyncIterable<T>,
): AsyncGenerator<T> =>
  overConnection(
    source,
    context,
    {
      open: (credentials) => open(source, credentials),
      destroy: (client) => client.close(true),
      faultOf: mongodbFault,
    },
    work,
  );

/** Documents of a MongoDB collection by a cursor of the server; nothing but `find` is ever asked. */
export const mongodb: Connector<MongodbSource> = {
  mode: ({ incremental }) => (incremental === undefined ? 'snapshot' : 'incremental'),
  read: (source, context) =>
    during(source, context, async function* (client): AsyncGenerator<Page> {
      const start = positionOf(source, context.cursor);
      const documents = find(client, source, start);
      yield* pagesOf(source, `${source.database}/${source.collection}`, readerOf(source, documents), start);
    }),
  test: async (source, context) => {
    const checks = during(source, context, async function* (client) {
      const { version } = await client.db(source.database).command({ buildInfo: 1 });
      const [first] = await find(client, source, null).limit(1).toArray();
      yield { found: `MongoDB ${String(version)}`, fields: Object.keys(first ?? {}) };
    });
    for await (const check of checks) return check;
    throw new Error('unreachable: the check yields once');
  },
};
