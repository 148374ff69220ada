import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { readCheckpointFolder, readSafetensors, writeSafetensors } from '../../nn/index.js';
import { memoryWorld } from '../testing/index.js';
import { keepWeights } from './keepWeights.js';
import { MODEL_FOLDER } from './testing/fixtures.js';

const parameters = readSafetensors(readFileSync(new URL('model.safetensors', MODEL_FOLDER)));
const bytes = [...parameters.values()].reduce((sum, { data }) => sum + data.byteLength, 0);

describe('the weights of a version', () => {
  it('are one file where they fit into it, byte for byte what is written from memory', async () => {
    const world = memoryWorld();
    const files = await keepWeights(world, { parameters }, bytes);
    expect(Object.keys(files)).toEqual(['model.safetensors']);
    const kept = await world.blobs.get(files['model.safetensors']!);
    expect(Buffer.compare(kept, writeSafetensors(parameters, { format: 'pt' }))).toBe(0);
  });

  it('are shards with an index where they do not, which together hold every tensor once', async () => {
    const world = memoryWorld();
    const files = await keepWeights(world, { parameters }, Math.ceil(bytes / 3));
    const { 'model.safetensors.index.json': index, ...shards } = files;
    const names = Object.keys(shards);
    expect(names.length).toBeGreaterThanOrEqual(3);
    const count = String(names.length).padStart(5, '0');
    expect(names).toEqual(
      names.map((_, at) => `model-${String(at + 1).padStart(5, '0')}-of-${count}.safetensors`),
    );
    const parsed = JSON.parse(new TextDecoder().decode(await world.blobs.get(index!))) as {
      readonly metadata: object;
      readonly weight_map: Readonly<Record<string, string>>;
    };
    expect(parsed.metadata).toEqual({ total_size: bytes });
    expect(Object.keys(parsed.weight_map).sort()).toEqual([...parameters.keys()].sort());
    const folder = mkdtempSync(join(tmpdir(), 'plumbline-kept-'));
    try {
      for (const [name, ref] of Object.entries(files)) await world.blobs.getFile(ref, join(folder, name));
      expect(readCheckpointFolder(folder)).toEqual(
        new Map([...parameters].map(([name, { dtype, dims, data }]) => [name, { dtype, dims, data }])),
      );
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('are the same blobs when they are kept again, and nothing once a run is cancelled', async () => {
    const world = memoryWorld();
    const once = await keepWeights(world, { parameters }, 20_000);
    expect(await keepWeights(world, { parameters }, 20_000)).toEqual(once);
    const signal = AbortSignal.abort();
    await expect(keepWeights({ ...world, signal }, { parameters })).rejects.toMatchObject({
      code: 'CANCELLED',
    });
  });
});
