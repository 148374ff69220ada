import { checkpointPrefix } from '../../contracts/index.js';
import { fileDigest, sha256Hex } from '../digest.js';
import type { Logger, ObjectStore } from '../ports.js';

const KEPT = 2;
const STEP_DIGITS = 10;
const NAME = /^(\d{10})-([0-9a-f]{64})$/;

export interface StoredCheckpoint {
  readonly key: string;
  readonly step: number;
}

/**
 * The checkpoints of one training key as immutable objects `<step>-<sha256>`. The digest in the name tells a torn
 * or altered object from a whole one, whoever wrote it: training is deterministic, so that every attempt's
 * checkpoint at a step holds the same bytes and may be resumed from. What is fenced is publishing.
 */
export class CheckpointStore {
  private readonly prefix: string;

  constructor(
    private readonly objects: ObjectStore,
    trainingKey: string,
    private readonly log: Logger,
  ) {
    this.prefix = checkpointPrefix(trainingKey);
  }

  /** Keeps a checkpoint, a file that stays the caller's, and forgets all but the newest two. @throws DISK_FULL, OBJECT_STORE_UNAVAILABLE */
  async save(step: number, path: string): Promise<void> {
    const { sha256 } = await fileDigest(path);
    const key = `${this.prefix}${String(step).padStart(STEP_DIGITS, '0')}-${sha256}`;
    // Written over what may be there, since a damaged object under this name is healed so.
    await this.objects.putFile(key, path);
    const newestFirst = await this.list();
    for (const { key: old } of newestFirst.slice(KEPT)) await this.objects.delete(old);
  }

  /** Newest first; whether they are whole is known when they are read. */
  async list(): Promise<readonly StoredCheckpoint[]> {
    const keys = await this.objects.list(this.prefix);
    return keys
      .flatMap((key) => {
        const step = NAME.exec(key.slice(this.prefix.length))?.[1];
        return step === undefined ? [] : [{ key, step: Number(step) }];
      })
      .sort((a, b) => b.step - a.step || (a.key < b.key ? -1 : 1));
  }

  /** The bytes, or null when they are gone or are not what the name says; a damaged one is removed. */
  async read({ key, step }: StoredCheckpoint): Promise<Uint8Array | null> {
    if (!(await this.objects.has(key))) return null;
    const bytes = await this.objects.get(key);
    if (sha256Hex(bytes) === NAME.exec(key.slice(this.prefix.length))?.[2]) return bytes;
    this.log.warn({ step, key }, 'a checkpoint is damaged; the one before it is used');
    await this.objects.delete(key);
    return null;
  }

  async remove({ key }: StoredCheckpoint): Promise<void> {
    await this.objects.delete(key);
  }

  /** Forgets all of them, when the result is published. */
  async clear(): Promise<void> {
    for (const key of await this.objects.list(this.prefix)) await this.objects.delete(key);
  }
}
