import type { Artifact, ArtifactKind, ArtifactOf, BlobRef, Progress } from '../contracts/index.js';

/** What every stage may ask of the world. Adapters live in storage/, and are chosen in storage/open.ts. */

/** Bytes under keys (`a/b/c`), with conditional writes. A write is atomic: a reader sees all of it or none. */
export interface ObjectStore {
  /**
   * @returns false when `onlyIfAbsent` is set and the key exists (nothing is written), else true.
   * @throws DISK_FULL, OBJECT_STORE_UNAVAILABLE
   */
  put(key: string, bytes: Uint8Array, options?: { readonly onlyIfAbsent?: boolean }): Promise<boolean>;
  /** `put` of a file on this machine, of any size. @throws DISK_FULL, OBJECT_STORE_UNAVAILABLE */
  putFile(key: string, path: string, options?: { readonly onlyIfAbsent?: boolean }): Promise<boolean>;
  /** @throws OBJECT_NOT_FOUND, OBJECT_STORE_UNAVAILABLE */
  get(key: string): Promise<Uint8Array>;
  /** The bytes in parts, for objects of any size. @throws OBJECT_NOT_FOUND, OBJECT_STORE_UNAVAILABLE */
  stream(key: string): AsyncIterable<Uint8Array>;
  has(key: string): Promise<boolean>;
  list(prefix: string): Promise<readonly string[]>;
  /** Deleting what is not there is no error. */
  delete(key: string): Promise<void>;
}

/** Content-addressed bytes over an ObjectStore. */
export interface BlobStore {
  /** Writes once; the same bytes again change nothing. */
  put(bytes: Uint8Array): Promise<BlobRef>;
  /** `put` of a file on this machine, of any size; it must not change meanwhile. */
  putFile(path: string): Promise<BlobRef>;
  /** @throws OBJECT_NOT_FOUND, and OBJECT_CORRUPT when the bytes do not have the digest. */
  get(ref: Pick<BlobRef, 'sha256'>): Promise<Uint8Array>;
  /** `get` of bytes of any size into a new file. @throws OBJECT_NOT_FOUND, OBJECT_CORRUPT */
  getFile(ref: Pick<BlobRef, 'sha256'>, path: string): Promise<void>;
}

/** The right of one attempt to publish under a key; the newest attempt takes it from older ones. */
export interface Fence {
  readonly key: string;
  readonly runId: string;
  readonly attempt: number;
  readonly token: number;
}

/** Immutable manifests, and the memory of which step made which. */
export interface ArtifactStore {
  /** @returns the id of the artifact that the step with this key made, or null. */
  findStep(stepKey: string): Promise<string | null>;
  /** @throws OBJECT_NOT_FOUND, OBJECT_CORRUPT */
  get<K extends ArtifactKind>(kind: K, id: string): Promise<ArtifactOf<K>>;
  /**
   * Takes the fence of a key. An older attempt of the same run is refused.
   * @throws ATTEMPT_FENCED
   */
  acquireFence(key: string, holder: { readonly runId: string; readonly attempt: number }): Promise<Fence>;
  /**
   * Writes the manifest and, in one transaction with the check of the fence, the step's memory.
   * Publishing the same manifest twice is no error. @returns the artifact's id.
   * @throws ATTEMPT_FENCED when a newer attempt holds the fence.
   */
  publish(
    artifact: Artifact,
    step: { readonly key: string; readonly fence: Fence; readonly now: string },
  ): Promise<string>;
}

export interface Logger {
  info(fields: Readonly<Record<string, unknown>>, message: string): void;
  warn(fields: Readonly<Record<string, unknown>>, message: string): void;
  error(fields: Readonly<Record<string, unknown>>, message: string): void;
}

/** What each verb is given beside its ports. */
export interface StageContext {
  /** The one instant of the run, ISO 8601. */
  readonly now: string;
  readonly runId: string;
  readonly attempt: number;
  readonly codeVersion: string;
  /** Aborted when the work is cancelled; long loops look at it at least every few seconds. */
  readonly signal: AbortSignal;
  readonly log: Logger;
  /** Tells how far the work is; cheap, may be called often. */
  progress(progress: Progress): void;
}

/** Resolves `env:NAME` and `file:/path` at the moment of use. @throws SECRET_UNRESOLVED */
export interface SecretResolver {
  resolve(reference: string): Promise<string>;
}

/** One attempt of an activity, told when it begins and when it ends. */
export interface WorkReport {
  readonly state: 'START' | 'COMPLETE' | 'FAIL' | 'ABORT';
  readonly job: string;
  /** Left out where no workflow asked for the work. */
  readonly workflow?: { readonly type: string; readonly runId: string };
  readonly activityId: string;
  readonly attempt: number;
  readonly codeVersion: string;
  readonly input: unknown;
  readonly output?: unknown;
  /** What was thrown. */
  readonly failure?: unknown;
}

/** Tells others what was made from what. */
export interface LineageEmitter {
  /** Returns at once and never throws. */
  emit(report: WorkReport): void;
}
