import { type FilesSource, PlumblineError } from '../../../contracts/index.js';
import type { Caption } from '../../captionedFile.js';
import { throwIfCancelled } from '../../pace.js';
import type { Member } from '../archives/archive.js';
import { ARCHIVES, type Scratch, UnpackingBudget } from '../archives/index.js';
import type { RawRecord } from '../connectors/connector.js';
import { type ContainerName, formatOf } from '../formats/detect.js';
import { FileFault } from '../formats/fileFault.js';
import { noField } from '../formats/format.js';
import { FORMATS, type FormatName } from '../formats/index.js';
import { faultyRecord } from '../formats/row.js';
import { gatherFile } from '../formats/wholeFile.js';

const ENTRIES_MAX = 1_000_000;
/** A mailbox in an archive in an archive is in use; what is deeper was made to be deep. */
const DEPTH_MAX = 4;

export interface FileReading {
  readonly source: FilesSource;
  readonly scratch: Scratch;
  readonly signal: AbortSignal;
  /** Of the file of the source and all archives within it. */
  readonly budget: UnpackingBudget;
  /** Told whether there was something to read, null, or why not. */
  readonly met: (fault: string | null) => void;
}

export const budgetOf = ({ fileBytesMax }: FilesSource): UnpackingBudget =>
  new UnpackingBudget({ bytesMax: fileBytesMax, entriesMax: ENTRIES_MAX, depthMax: DEPTH_MAX });

/** Why a file could not be read; what is no fault of the file is thrown again. */
export const reasonOf = (thrown: unknown, format: string): string => {
  if (thrown instanceof PlumblineError) throw thrown;
  if (thrown instanceof FileFault) return thrown.reason;
  // A system call that failed, by its errno; drivers' own errors have other codes.
  const { syscall } = thrown as { syscall?: unknown };
  return typeof syscall === 'string' ? 'unreadable' : `malformed-${format}`;
};

/** Of a file whose bytes could not be had its path stands for them: something must give the record its id. */
export const unreadRecord = (path: string, position: number, format: string, fault: string): RawRecord => ({
  path,
  position,
  format,
  ...faultyRecord(Buffer.from(path), Number.POSITIVE_INFINITY, fault),
});

const wholeRecord = async (
  file: string,
  { recordBytesMax }: FilesSource,
  place: Pick<RawRecord, 'path' | 'position' | 'format'>,
  fault: string,
): Promise<RawRecord> => {
  try {
    return { ...place, ...(await gatherFile(file, recordBytesMax)), field: noField, fault };
  } catch {
    return unreadRecord(place.path, place.position, place.format, fault);
  }
};

const isArchive = (name: FormatName | ContainerName): name is ContainerName => Object.hasOwn(ARCHIVES, name);

/** `archive.zip!/inner.eml`, as in URLs of Java; a tar within a gzip is no file of its own to people. */
const memberPath = (path: string, container: ContainerName, { name }: Member): string =>
  container === 'gzip' && name.toLowerCase().endsWith('.tar') ? path : `${path}!/${name}`;

async function* readMember(
  reading: FileReading,
  path: string,
  member: Member,
  depth: number,
): AsyncGenerator<RawRecord> {
  try {
    yield* reading.scratch.with(member.unpack, (file) =>
      readFile(reading, { path, name: member.name, file, depth, caption: null }),
    );
  } catch (thrown) {
    if (!(thrown instanceof FileFault) || thrown.endsArchive) throw thrown;
    reading.met(thrown.reason);
    yield unreadRecord(path, 0, reading.source.format, thrown.reason);
  }
}

interface FileToRead {
  /** Label of its records. */
  readonly path: string;
  /** Whose extension says what it is. */
  readonly name: string;
  readonly file: string;
  readonly depth: number;
  readonly caption: Caption | null;
}

async function* readArchive(
  reading: FileReading,
  container: ContainerName,
  { path, name, file, depth }: FileToRead,
): AsyncGenerator<RawRecord> {
  if (depth >= reading.budget.limits.depthMax) throw new FileFault('nested-too-deeply');
  for await (const member of ARCHIVES[container](file, name, reading.budget)) {
    throwIfCancelled(reading.signal);
    yield* readMember(reading, memberPath(path, container, member), member, depth + 1);
  }
}

/**
 * The records of one file; of an archive those of its members. What cannot be read, or not to its end, gives one more
 * record: the whole file with the reason.
 * @throws FileFault where the archive around it ends too; CANCELLED
 */
export async function* readFile(reading: FileReading, toRead: FileToRead): AsyncGenerator<RawRecord> {
  const { source, met } = reading;
  const { path, name, file, depth, caption } = toRead;
  let format: FormatName | ContainerName | 'auto' = source.format;
  let position = 0;
  try {
    format = await formatOf(file, name, source.format);
    if (isArchive(format)) {
      yield* readArchive(reading, format, toRead);
      return;
    }
    const { recordBytesMax, list, location } = source;
    for await (const record of FORMATS[format](file, { recordBytesMax, list, location, caption })) {
      met(null);
      yield { path, position: position++, format, ...record };
    }
    met(null);
  } catch (thrown) {
    const fault = reasonOf(thrown, format);
    if (depth > 0 && thrown instanceof FileFault && thrown.endsArchive) throw thrown;
    met(fault);
    yield await wholeRecord(file, source, { path, position, format }, fault);
  }
}
