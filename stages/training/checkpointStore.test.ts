import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { MemoryObjectStore, memoryStageContext } from '../testing/index.js';
import { CheckpointStore } from './checkpointStore.js';

const setUp = () => {
  const objects = new MemoryObjectStore();
  const ctx = memoryStageContext();
  return { objects, ctx, store: new CheckpointStore(objects, 'k'.repeat(64), ctx.log) };
};
const bytes = (value: number) => new Uint8Array(100).fill(value);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plumbline-checkpoints-'));
});
afterAll(() => rm(folder, { recursive: true }));
const fileOf = async (value: number) => {
  const path = join(folder, String(value));
  await writeFile(path, bytes(value));
  return path;
};

describe('CheckpointStore', () => {
  it('keeps the newest two, newest first', async () => {
    const { store } = setUp();
    for (const step of [5, 900, 10_000, 20]) await store.save(step, await fileOf(step % 250));
    const kept = await store.list();
    expect(kept.map(({ step }) => step)).toEqual([10_000, 900]);
    expect(await store.read(kept[0]!)).toEqual(bytes(0));
  });

  it('keeps one object when two attempts save the same checkpoint', async () => {
    const { store, objects } = setUp();
    await store.save(5, await fileOf(5));
    await store.save(5, await fileOf(5));
    expect(objects.objects.size).toBe(1);
  });

  it.each([
    ['altered', (whole: Uint8Array) => whole.with(50, 9)],
    ['torn', (whole: Uint8Array) => whole.subarray(0, 50)],
    ['empty', () => new Uint8Array()],
  ])('reads nothing from an %s checkpoint, removes it and says so', async (_, damage) => {
    const { store, objects, ctx } = setUp();
    await store.save(5, await fileOf(5));
    const [only] = await store.list();
    objects.objects.set(only!.key, damage(bytes(5)));
    expect(await store.read(only!)).toBeNull();
    expect(await store.list()).toEqual([]);
    expect(ctx.lines).toHaveLength(1);
  });

  it('heals a damaged checkpoint when the same one is saved again', async () => {
    const { store, objects } = setUp();
    await store.save(5, await fileOf(5));
    const [only] = await store.list();
    objects.objects.set(only!.key, bytes(6));
    await store.save(5, await fileOf(5));
    expect(await store.read(only!)).toEqual(bytes(5));
  });

  it('leaves other keys alone and is empty when cleared', async () => {
    const { store, objects } = setUp();
    await objects.put(`checkpoints/${'k'.repeat(64)}/note`, bytes(1));
    await objects.put('checkpoints/other/0000000001', bytes(1));
    await store.save(5, await fileOf(5));
    expect(await store.list()).toHaveLength(1);
    await store.clear();
    expect([...objects.objects.keys()]).toEqual(['checkpoints/other/0000000001']);
  });
});
