import { type FilesSource, plumblineError } from '../../../contracts/index.js';
import { mapConcurrently } from '../../concurrency.js';
import { throwIfCancelled } from '../../pace.js';
import { Scratch } from '../archives/index.js';
import { captionOf, withoutCaptions } from '../files/captions.js';
import type { FileRoot } from '../files/fileRoot.js';
import { localRoot } from '../files/localRoot.js';
import { budgetOf, type FileReading, readFile, reasonOf, unreadRecord } from '../files/readFile.js';
import { remoteRoot } from '../files/remoteRoot.js';
import type { Connector, ConnectorContext, Page, RawRecord } from './connector.js';

/**
 * Many small files are opened side by side; of those that are one large record each, or many, few at a time keep memory
 * bounded.
 */
const FILES_AT_ONCE: Readonly<Partial<Record<FilesSource['format'], number>>> = {
  eml: 16,
  txt: 16,
  html: 16,
  auto: 2,
  image: 2,
};

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

type Context = Pick<ConnectorContext, 'signal' | 'folders'>;

const rootOf = (source: FilesSource, { signal, folders }: Context, scratch: Scratch): FileRoot => {
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(source.root)) return localRoot(source);
  if (folders === undefined)
    throw plumblineError('SOURCE_UNREADABLE', `source ${source.name}: nothing here reads remote folders`);
  return remoteRoot(source, folders, scratch, signal);
};

const listFiles = async (source: FilesSource, root: FileRoot): Promise<readonly string[]> => {
  const paths = withoutCaptions(source, await root.list());
  if (paths.length === 0)
    throw plumblineError(
      'SOURCE_EMPTY',
      `source ${source.name}: no file under ${source.root} matches ${source.include.join(', ')}`,
      { details: { source: source.name, root: source.root, include: source.include } },
    );
  // The order of a file system or a server differs; the records' order must not.
  return [...paths].sort(compare);
};

async function* readPath(root: FileRoot, path: string, reading: FileReading): AsyncGenerator<RawRecord> {
  const { source } = reading;
  try {
    const caption = await captionOf(source, root, path);
    yield* root.lend(path, (file) => readFile(reading, { path, name: path, file, depth: 0, caption }));
  } catch (thrown) {
    const fault = reasonOf(thrown, source.format);
    reading.met(fault);
    yield unreadRecord(path, 0, source.format, fault);
  }
}

async function* readFiles(
  source: FilesSource,
  context: Context,
  paths: (root: FileRoot) => Promise<readonly string[]>,
): AsyncGenerator<RawRecord> {
  const scratch = new Scratch();
  const opened = new Set<AsyncGenerator<RawRecord>>();
  let readable = false;
  let firstFault: string | undefined;
  try {
    const root = rootOf(source, context, scratch);
    // A file's first record is read ahead, the rest when its turn comes.
    const started = mapConcurrently(await paths(root), FILES_AT_ONCE[source.format] ?? 1, async (path) => {
      throwIfCancelled(context.signal);
      const met = (fault: string | null): void => {
        if (fault === null) readable = true;
        else firstFault ??= `${path}: ${fault}`;
      };
      const records = readPath(root, path, {
        source,
        scratch,
        signal: context.signal,
        budget: budgetOf(source),
        met,
      });
      opened.add(records);
      return { records, first: await records.next() };
    });
    for await (const { records, first } of started) {
      if (first.done !== true) {
        yield first.value;
        yield* records;
      }
      opened.delete(records);
    }
    if (!readable && firstFault !== undefined)
      throw plumblineError(
        'SOURCE_UNREADABLE',
        `source ${source.name}: no file can be read as ${source.format}; the first is ${firstFault}`,
        { details: { source: source.name, first: firstFault } },
      );
  } finally {
    for (const records of opened) await records.return(undefined);
    await scratch.close();
  }
}

/** Names of the fields of a row; documents have none. */
const fieldsOf = ({ raw }: RawRecord): readonly string[] => {
  try {
    const row: unknown = JSON.parse(Buffer.from(raw ?? '').toString());
    return row !== null && typeof row === 'object' && !Array.isArray(row) ? Object.keys(row) : [];
  } catch {
    return [];
  }
};

/** Files by globs, in the order of their paths: of a folder, a bucket or HDFS. */
export const files: Connector<FilesSource> = {
  mode: () => 'snapshot',
  read: async function* (source, context): AsyncGenerator<Page> {
    // One record a page: a record may be as large as the source allows.
    for await (const record of readFiles(source, context, (root) => listFiles(source, root)))
      yield { records: [record], cursor: null };
  },
  test: async (source, context) => {
    let count = 0;
    const first = async (root: FileRoot): Promise<readonly string[]> => {
      const paths = await listFiles(source, root);
      count = paths.length;
      return paths.slice(0, 1);
    };
    let fields: readonly string[] = [];
    for await (const record of readFiles(source, context, first)) {
      if (record.fault !== null)
        throw plumblineError(
          'SOURCE_UNREADABLE',
          `${record.path} of source ${source.name} cannot be read as ${source.format}: ${record.fault}`,
        );
      fields = fieldsOf(record);
      break;
    }
    return { found: `${count} file${count === 1 ? '' : 's'}`, fields };
  },
};
