import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { readCheckpointFolder } from './checkpointFolder.js';
import { bytesOf } from './views.js';

/** Written by transformers, see make.py there. */
const root = fileURLToPath(new URL('../goldens/sharded-checkpoint/', import.meta.url));
const folders = readdirSync(root).filter((name) => !name.includes('.'));

describe('checkpoints cut into shards', () => {
  it.each(folders)('reads the values of %s as transformers has them', (name) => {
    const folder = join(root, name);
    const expected: unknown = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8'));
    const found = [...readCheckpointFolder(folder)].map(([tensor, { dims, data }]) => [
      tensor,
      { shape: dims, sha256: createHash('sha256').update(bytesOf(data)).digest('hex') },
    ]);
    expect(Object.fromEntries(found)).toEqual(expected);
    expect(readdirSync(folder).filter((file) => file.startsWith('model-')).length).toBeGreaterThan(2);
  });
});
