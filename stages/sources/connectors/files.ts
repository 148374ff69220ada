import { access, constants } from 'node:fs/promises';
import { resolve } from 'node:path';
import { glob } from 'tinyglobby';
import { type FilesSource, PlumblineError, plumblineError } from '../../../contracts/index.js';
import { mapConcurrently } from '../../concurrency.js';
import { throwIfCancelled } from '../../pace.js';
import { FORMATS } from '../formats/index.js';
import type { Connector, Page, RawRecord } from './connector.js';

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const unreadable = (what: string, cause: unknown): PlumblineError =>
  plumblineError('SOURCE_UNREADABLE', `${what}: ${cause instanceof Error ? cause.message : String(cause)}`, {
    cause,
  });

const listFiles = async (source: FilesSource): Promise<readonly string[]> => {
  try {
    await access(source.root, constants.R_OK | constants.X_OK);
  } catch (cause) {
    throw unreadable(`the folder ${source.root} of source ${source.name} cannot be read`, cause);
  }
  const found = await glob(source.include, {
    cwd: source.root,
    ignore: source.exclude,
    onlyFiles: true,
    expandDirectories: false,
  });
  if (found.length === 0)
    throw plumblineError(
      'SOURCE_EMPTY',
      `source ${source.name}: no file under ${source.root} matches ${source.include.join(', ')}`,
      { details: { source: source.name, root: source.root, include: source.include } },
    );
  // The file system's order differs between machines; the records' order must not.
  return found.map((path) => path.replaceAll('\\', '/')).sort(compare);
};

async function* readFile(source: FilesSource, path: string): AsyncGenerator<RawRecord> {
  const { format, root } = source;
  let position = 0;
  try {
    for await (const record of FORMATS[format].read(resolve(root, path), source))
      yield { path, position: position++, format, ...record };
  } catch (cause) {
    if (cause instanceof PlumblineError) throw cause;
    throw unreadable(`${path} of source ${source.name} cannot be read as ${source.format}`, cause);
  }
}

async function* readFiles(source: FilesSource, signal: AbortSignal): AsyncGenerator<RawRecord> {
  const paths = await listFiles(source);
  // A file's first record is read ahead, the rest when its turn comes.
  const started = mapConcurrently(paths, FORMATS[source.format].filesAtOnce, async (path) => {
    throwIfCancelled(signal);
    const records = readFile(source, path);
    return { records, first: await records.next() };
  });
  for await (const { records, first } of started) {
    if (first.done === true) continue;
    yield first.value;
    yield* records;
  }
}

async function* read(
  source: FilesSource,
  { signal }: { readonly signal: AbortSignal },
): AsyncGenerator<Page> {
  // One record a page: a record may be as large as the source allows.
  for await (const record of readFiles(source, signal)) yield { records: [record], cursor: null };
}

/** Local files by globs, in the order of their paths. */
export const files: Connector<FilesSource> = {
  mode: () => 'snapshot',
  read,
  test: async (source) => {
    const paths = await listFiles(source);
    for await (const record of readFile(source, paths[0]!)) {
      if (record.fault !== null)
        throw unreadable(
          `${record.path} of source ${source.name} cannot be read as ${source.format}`,
          record.fault,
        );
      break;
    }
    return { found: `${paths.length} file${paths.length === 1 ? '' : 's'}`, fields: [] };
  },
};
