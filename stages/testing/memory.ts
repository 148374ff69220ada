import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import {
  ARTIFACTS,
  type Artifact,
  type ArtifactKind,
  type ArtifactOf,
  blobKey,
  type DatasetDecision,
  type DatasetRow,
  newSourceState,
  type Progress,
  plumblineError,
  type SourceBatch,
  type SourceEntry,
  type SourceRecord,
  type SourceState,
} from '../../contracts/index.js';
import type { DatasetSink, SourceRecordReader } from '../datasets/ports.js';
import { digestOf } from '../digest.js';
import type { ArtifactStore, BlobStore, Fence, Logger, ObjectStore, StageContext } from '../ports.js';
import type {
  RemoteFolders,
  SourceCatalog,
  SourceChange,
  SourceHeads,
  SourceRecordSink,
} from '../sources/ports.js';

/** The ports in memory, for the tests of stages; semantics as in the ports' comments. Counts its writes. */
export class MemoryObjectStore implements ObjectStore {
  readonly objects = new Map<string, Uint8Array>();
  puts = 0;
  gets = 0;

  async put(key: string, bytes: Uint8Array, options: { readonly onlyIfAbsent?: boolean } = {}) {
    if (options.onlyIfAbsent === true && this.objects.has(key)) return false;
    this.puts += 1;
    this.objects.set(key, Uint8Array.from(bytes));
    return true;
  }

  async putFile(key: string, path: string, options: { readonly onlyIfAbsent?: boolean } = {}) {
    return this.put(key, await readFile(path), options);
  }

  async *stream(key: string) {
    yield await this.get(key);
  }

  async get(key: string) {
    this.gets += 1;
    const bytes = this.objects.get(key);
    if (bytes === undefined) throw plumblineError('OBJECT_NOT_FOUND', `no object ${key}`);
    return Uint8Array.from(bytes);
  }

  async has(key: string) {
    return this.objects.has(key);
  }

  async list(prefix: string) {
    return [...this.objects.keys()].filter((key) => key.startsWith(prefix)).sort();
  }

  async delete(key: string) {
    this.objects.delete(key);
  }
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

export class MemoryBlobStore implements BlobStore {
  constructor(readonly objects: ObjectStore = new MemoryObjectStore()) {}

  async put(bytes: Uint8Array) {
    const ref = { sha256: sha256(bytes), bytes: bytes.byteLength };
    await this.objects.put(blobKey(ref.sha256), bytes, { onlyIfAbsent: true });
    return ref;
  }

  async putFile(path: string) {
    return this.put(await readFile(path));
  }

  async get(ref: { readonly sha256: string }) {
    const bytes = await this.objects.get(blobKey(ref.sha256));
    if (sha256(bytes) !== ref.sha256)
      throw plumblineError('OBJECT_CORRUPT', `blob ${ref.sha256} has other bytes`);
    return bytes;
  }

  async getFile(ref: { readonly sha256: string }, path: string) {
    await writeFile(path, await this.get(ref));
  }
}

export class MemoryArtifactStore implements ArtifactStore {
  readonly artifacts = new Map<string, Artifact>();
  readonly steps = new Map<string, string>();
  readonly fences = new Map<string, Fence>();

  async findStep(stepKey: string) {
    return this.steps.get(stepKey) ?? null;
  }

  async get<K extends ArtifactKind>(kind: K, id: string): Promise<ArtifactOf<K>> {
    const artifact = this.artifacts.get(id);
    if (artifact?.kind !== kind) throw plumblineError('OBJECT_NOT_FOUND', `no ${kind} ${id}`);
    // The check of the kind above is what makes the narrower type true.
    return structuredClone(artifact) as ArtifactOf<K>;
  }

  async acquireFence(key: string, holder: { readonly runId: string; readonly attempt: number }) {
    const held = this.fences.get(key);
    if (held !== undefined && held.runId === holder.runId && held.attempt > holder.attempt)
      throw plumblineError('ATTEMPT_FENCED', `attempt ${held.attempt} holds ${key}`);
    const fence: Fence = { key, ...holder, token: (held?.token ?? 0) + 1 };
    this.fences.set(key, fence);
    return fence;
  }

  async publish(artifact: Artifact, step: { readonly key: string; readonly fence: Fence }) {
    ARTIFACTS[artifact.kind].parse(artifact);
    if (this.fences.get(step.fence.key)?.token !== step.fence.token)
      throw plumblineError('ATTEMPT_FENCED', `a newer attempt holds ${step.fence.key}`);
    const id = digestOf(artifact);
    this.artifacts.set(id, structuredClone(artifact));
    this.steps.set(step.key, id);
    return id;
  }
}

export class MemorySourceHeads implements SourceHeads {
  readonly heads = new Map<string, string>();

  constructor(private readonly artifacts: ArtifactStore) {}

  async head({ pipeline, source }: { readonly pipeline: string; readonly source: string }) {
    return this.heads.get(`${pipeline}/${source}`) ?? null;
  }

  async advance(batch: SourceBatch, step: Parameters<SourceHeads['advance']>[1]) {
    const { pipeline, source, previous = null } = batch;
    if ((await this.head(batch)) !== previous)
      throw plumblineError('ATTEMPT_FENCED', `${previous} is not the newest batch of ${pipeline}/${source}`);
    const id = await this.artifacts.publish(batch, step);
    this.heads.set(`${pipeline}/${source}`, id);
    return id;
  }
}

export class MemorySourceCatalog implements SourceCatalog {
  readonly states = new Map<string, SourceState>();

  async create(entry: SourceEntry, now: string) {
    const { name } = entry.source;
    if (this.states.has(name)) throw plumblineError('SOURCE_EXISTS', `there is a source "${name}"`);
    const state = newSourceState(entry, now);
    this.states.set(name, state);
    return state;
  }

  async list() {
    return [...this.states.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  async get(name: string) {
    const state = this.states.get(name);
    if (state === undefined) throw plumblineError('SOURCE_NOT_FOUND', `there is no source "${name}"`);
    return state;
  }

  async change(name: string, of: (state: SourceState) => SourceChange) {
    const state = await this.get(name);
    const changed = { ...state, ...of(state) };
    this.states.set(name, changed);
    return changed;
  }

  async remove(name: string) {
    await this.get(name);
    this.states.delete(name);
  }
}

const byRecordId = (a: { readonly recordId: string }, b: { readonly recordId: string }): number =>
  a.recordId < b.recordId ? -1 : a.recordId > b.recordId ? 1 : 0;

/** Source records by batch and record id, as the row store keeps them. */
export class MemorySourceRecords implements SourceRecordSink, SourceRecordReader {
  readonly rows = new Map<string, SourceRecord>();
  inserts = 0;

  async insert(records: readonly SourceRecord[]) {
    this.inserts += 1;
    for (const record of records) this.rows.set(`${record.batchId}/${record.recordId}`, record);
  }

  private readonly remembered = new Set<string>();

  async heldByChain({ head }: { readonly head: string }, recordIds: readonly string[]) {
    this.remembered.add(head);
    return new Set(
      recordIds.filter((id) => [...this.remembered].some((batch) => this.rows.has(`${batch}/${id}`))),
    );
  }

  async readBatch(batchId: string) {
    return [...this.rows.values()]
      .filter((record) => record.batchId === batchId && record.quarantineReason === null)
      .sort(byRecordId);
  }
}

export class MemoryDatasets implements DatasetSink {
  readonly rows = new Map<string, { readonly datasetId: string; readonly row: DatasetRow }>();
  readonly decisions = new Map<string, DatasetDecision>();

  async insertRows(datasetId: string, rows: readonly DatasetRow[]) {
    for (const row of rows) this.rows.set(`${datasetId}/${row.recordId}`, { datasetId, row });
  }

  async insertDecisions(decisions: readonly DatasetDecision[]) {
    for (const decision of decisions)
      this.decisions.set(
        `${decision.datasetId}/${decision.recordId}/${decision.action}/${decision.rule}`,
        decision,
      );
  }

  /** What training and registry read. */
  async readRows(datasetId: string) {
    return [...this.rows.values()]
      .filter((entry) => entry.datasetId === datasetId)
      .map((entry) => entry.row)
      .sort(byRecordId);
  }
}

export interface LogLine {
  readonly level: 'info' | 'warn' | 'error';
  readonly fields: Readonly<Record<string, unknown>>;
  readonly message: string;
}

/** A context whose instant stands still, with what it logged and reported. */
export const memoryStageContext = (
  overrides: Partial<StageContext> = {},
): StageContext & { readonly lines: LogLine[]; readonly reports: Progress[] } => {
  const lines: LogLine[] = [];
  const reports: Progress[] = [];
  const write =
    (level: LogLine['level']): Logger['info'] =>
    (fields, message) =>
      void lines.push({ level, fields, message });
  return {
    now: '2026-11-23T10:00:00.000Z',
    runId: 'run-1',
    attempt: 1,
    codeVersion: 'test',
    signal: new AbortController().signal,
    log: { info: write('info'), warn: write('warn'), error: write('error') },
    progress: (progress) => void reports.push(progress),
    lines,
    reports,
    ...overrides,
  };
};

/** Opens no folder: tests that read remote ones bring a real server. */
const noFolders: RemoteFolders = {
  open: (url) => {
    throw plumblineError('SOURCE_UNREADABLE', `nothing serves ${url}`);
  },
};

/** All ports over the same memory. */
export const memoryWorld = (overrides: Partial<StageContext> = {}) => {
  const objects = new MemoryObjectStore();
  const records = new MemorySourceRecords();
  const artifacts = new MemoryArtifactStore();
  return {
    ...memoryStageContext(overrides),
    objects,
    blobs: new MemoryBlobStore(objects),
    artifacts,
    heads: new MemorySourceHeads(artifacts),
    sources: new MemorySourceCatalog(),
    records,
    datasets: new MemoryDatasets(),
    folders: noFolders,
    secrets: {
      resolve: async (reference: string): Promise<string> => {
        throw plumblineError('SECRET_UNRESOLVED', `${reference} is not there`);
      },
    },
  };
};
export type MemoryWorld = ReturnType<typeof memoryWorld>;
