import { join } from 'node:path';
import type { BlobRef } from '../../../contracts/index.js';
import { fileDigest, sha256Hex } from '../../digest.js';
import { isGguf } from './gguf.js';
import type { BaseModelContext } from './source.js';

/** The files of a model in a folder of ours: config.json, tokenizer.json and the weights. */
export interface StoredModel {
  readonly folder: string;
  /** By name. */
  readonly files: ReadonlyMap<string, BlobRef>;
}

/** Reads every file once, in parts. */
export const digestModel = async (
  { signal, progress }: Pick<BaseModelContext, 'signal' | 'progress'>,
  folder: string,
  names: readonly string[],
): Promise<StoredModel> => {
  const files = new Map<string, BlobRef>();
  for (const name of [...names].sort()) {
    const onRead = (done: number) =>
      progress({
        activity: `checking ${name}`,
        done,
        total: null,
        unit: 'bytes',
        secondsLeft: null,
        figures: {},
      });
    files.set(name, await fileDigest(join(folder, name), { signal, onRead }));
  }
  return { folder, files };
};

const DESCRIPTIONS = ['config.json', 'tokenizer.json'];

/** The files that hold the weights, by name. */
export const weightsOf = ({ files }: StoredModel): ReadonlyMap<string, BlobRef> =>
  new Map([...files].filter(([name]) => !DESCRIPTIONS.includes(name)));

/** What the neural core reads the weights from: a GGUF file or a checkpoint's folder. */
export const weightsPath = ({ folder, files }: StoredModel): string => {
  const gguf = [...files.keys()].find(isGguf);
  return gguf === undefined ? folder : join(folder, gguf);
};

/**
 * One digest for all weights: that of the one file, and for shards that of the lines `sha256sum` prints for them in
 * the order of their names. The index is left out, because it cannot place a tensor elsewhere than it is.
 */
export const weightsDigest = (model: StoredModel): string => {
  const files = [...weightsOf(model)].filter(([name]) => !name.endsWith('.index.json'));
  const [first] = files;
  if (files.length === 1 && first !== undefined) return first[1].sha256;
  const lines = files
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, { sha256 }]) => `${sha256}  ${name}\n`);
  return sha256Hex(lines.join(''));
};
