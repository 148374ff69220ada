import {
  linkSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { float32Tensor, int64Tensor, type Tensor } from '../tensor.js';
import { countCheckpointParameters, readCheckpointFolder } from './checkpointFolder.js';
import { writeSafetensors } from './safetensors.js';
import { writeCheckpointFolder } from './writeCheckpointFolder.js';

const tensors = new Map<string, Tensor>([
  [
    '10',
    float32Tensor(
      [3, 5],
      Float32Array.from({ length: 15 }, (_, at) => at / 2),
    ),
  ],
  ['9', float32Tensor([4], new Float32Array([1, 2, 3, 4]))],
  ['ids', int64Tensor([2], new BigInt64Array([5n, -6n]))],
  ['empty', float32Tensor([0, 7])],
]);

describe('checkpoint folders', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'plumbline-checkpoint-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const files = () => readdirSync(folder).sort();
  const sorted = (map: ReadonlyMap<string, Tensor>) => [...map].sort(([a], [b]) => (a < b ? -1 : 1));
  const writeIndex = (weightMap: unknown) =>
    writeFileSync(join(folder, 'model.safetensors.index.json'), JSON.stringify({ weight_map: weightMap }));
  const shard = (file: string, ...names: string[]) =>
    writeFileSync(
      join(folder, file),
      writeSafetensors(new Map([...tensors].filter(([name]) => names.includes(name)))),
    );

  function refusal(): { code?: string; message: string } {
    try {
      readCheckpointFolder(folder);
    } catch (error) {
      return error as { code?: string; message: string };
    }
    return { message: 'accepted' };
  }

  it('is one file where everything fits', () => {
    writeCheckpointFolder(folder, tensors);
    expect(files()).toEqual(['model.safetensors']);
    expect(readFileSync(join(folder, 'model.safetensors'))).toEqual(
      Buffer.from(writeSafetensors(tensors, { format: 'pt' })),
    );
  });

  it.each([
    [1, 4],
    [60, 2],
    [75, 2],
    [76, 2],
    [91, 2],
    [92, 1],
  ])('with at most %d bytes a shard gives back the same from %d files', (bytes, count) => {
    writeCheckpointFolder(folder, tensors, bytes);
    expect(files().filter((name) => name.endsWith('.safetensors'))).toHaveLength(count);
    expect(sorted(readCheckpointFolder(folder))).toEqual(sorted(tensors));
  });

  it.each([1, 60, 1000])(
    'counts the floating-point values of shards of %d bytes by their headers',
    (bytes) => {
      writeCheckpointFolder(folder, tensors, bytes);
      expect(countCheckpointParameters(folder)).toBe(15 + 4);
    },
  );

  it('names shards and sums sizes as transformers does', () => {
    writeCheckpointFolder(folder, tensors, 60);
    expect(files()).toEqual([
      'model-00001-of-00002.safetensors',
      'model-00002-of-00002.safetensors',
      'model.safetensors.index.json',
    ]);
    expect(JSON.parse(readFileSync(join(folder, 'model.safetensors.index.json'), 'utf8'))).toEqual({
      metadata: { total_size: 92 },
      weight_map: {
        '10': 'model-00001-of-00002.safetensors',
        '9': 'model-00002-of-00002.safetensors',
        ids: 'model-00002-of-00002.safetensors',
        empty: 'model-00002-of-00002.safetensors',
      },
    });
  });

  it('leaves nothing of an older checkpoint, and nothing else undone', () => {
    writeFileSync(join(folder, 'config.json'), '{}');
    writeCheckpointFolder(folder, tensors, 1);
    writeCheckpointFolder(folder, tensors);
    expect(files()).toEqual(['config.json', 'model.safetensors']);
    writeCheckpointFolder(folder, tensors, 60);
    expect(files()).toHaveLength(4);
    expect(sorted(readCheckpointFolder(folder))).toEqual(sorted(tensors));
  });

  it.each<[string, () => void]>([
    ['an empty folder', () => undefined],
    ['a missing shard', () => writeIndex({ '9': 'a.safetensors' })],
    [
      'a tensor that is in no shard',
      () => {
        shard('a.safetensors', '9');
        writeIndex({ '9': 'a.safetensors', '10': 'a.safetensors' });
      },
    ],
    [
      'a tensor that is in two shards',
      () => {
        shard('a.safetensors', '9', '10');
        shard('b.safetensors', '10');
        writeIndex({ '9': 'a.safetensors', '10': 'b.safetensors' });
      },
    ],
    [
      'a tensor that the index does not name',
      () => {
        shard('a.safetensors', '9', '10');
        writeIndex({ '9': 'a.safetensors' });
      },
    ],
    ['an index without a weight_map', () => writeIndex(undefined)],
    ['an index that names no file', () => writeIndex({ '9': 3 })],
    ['an index that names another file of the model', () => writeIndex({ '9': 'config.json' })],
    [
      'an index with one tensor twice',
      () => {
        shard('a.safetensors', '9');
        writeFileSync(
          join(folder, 'model.safetensors.index.json'),
          '{"weight_map":{"9":"b.safetensors","9":"a.safetensors"}}',
        );
      },
    ],
    [
      'a shard that was cut',
      () => {
        writeCheckpointFolder(folder, tensors, 60);
        truncateSync(join(folder, 'model-00001-of-00002.safetensors'), 100);
      },
    ],
  ])('refuses %s', (_, make) => {
    make();
    expect(refusal().code).toBe('WEIGHTS_CORRUPT');
    expect(() => countCheckpointParameters(folder)).toThrow(
      expect.objectContaining({ code: 'WEIGHTS_CORRUPT' }),
    );
  });

  it.each(['../a.safetensors', '/tmp/a.safetensors', 'x/../../a.safetensors', '', '.', 'a\0b', '..\\a'])(
    'refuses the shard %j',
    (name) => {
      writeIndex({ '9': name });
      expect(refusal().message).toContain('inside the folder');
    },
  );

  it('refuses shards that are links', () => {
    const outside = mkdtempSync(join(tmpdir(), 'plumbline-outside-'));
    try {
      const target = join(outside, 'a.safetensors');
      writeFileSync(target, writeSafetensors(tensors));
      for (const link of [symlinkSync, linkSync]) {
        link(target, join(folder, 'model.safetensors'));
        expect(refusal().message).toContain('link');
        rmSync(join(folder, 'model.safetensors'));
      }
    } finally {
      rmSync(outside, { recursive: true });
    }
  });
});
