import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { manifestKey } from '../../contracts/index.js';
import type { ArtifactStore, ObjectStore } from '../../stages/ports.js';
import { aBatch, NOW } from './artifacts.js';
import { codeOf } from './errors.js';

interface Opened {
  readonly artifacts: ArtifactStore;
  readonly objects: ObjectStore;
  /** A further connection to the same store, as another process has one. */
  readonly another: () => Promise<ArtifactStore>;
  readonly close: () => Promise<void>;
}

/** What every ArtifactStore must do. `open` gives an empty store. */
export const artifactStoreSuite = (name: string, open: () => Promise<Opened>): void => {
  describe(`ArtifactStore: ${name}`, () => {
    let opened: Opened;
    let artifacts: ArtifactStore;
    beforeEach(async () => {
      opened = await open();
      artifacts = opened.artifacts;
    });
    afterEach(() => opened.close());

    const fenceOf = (attempt: number, runId = 'run-1', key = 'step') =>
      artifacts.acquireFence(key, { runId, attempt });

    it('remembers which artifact a step made', async () => {
      expect(await artifacts.findStep('step')).toBeNull();
      const id = await artifacts.publish(aBatch('a'), { key: 'step', fence: await fenceOf(1), now: NOW });
      expect(await artifacts.findStep('step')).toBe(id);
      expect(await artifacts.get('SourceBatch', id)).toEqual(aBatch('a'));
    });

    it('publishes the same manifest again without error, under the same id', async () => {
      const fence = await fenceOf(1);
      const id = await artifacts.publish(aBatch('a'), { key: 'step', fence, now: NOW });
      expect(await artifacts.publish(aBatch('a'), { key: 'step', fence, now: NOW })).toBe(id);
      const again = await fenceOf(2);
      expect(await artifacts.publish(aBatch('a'), { key: 'step', fence: again, now: NOW })).toBe(id);
      const other = await fenceOf(1, 'run-2', 'other');
      expect(await artifacts.publish(aBatch('a'), { key: 'other', fence: other, now: NOW })).toBe(id);
    });

    it('gives the same holder the same token, and each newer one a greater token', async () => {
      const first = await fenceOf(1);
      expect(await fenceOf(1)).toEqual(first);
      const second = await fenceOf(2);
      expect(second.token).toBeGreaterThan(first.token);
      expect((await fenceOf(1, 'run-2')).token).toBeGreaterThan(second.token);
    });

    it('refuses an older attempt of a run, also when another run has held the fence since', async () => {
      await fenceOf(2);
      expect(await codeOf(fenceOf(1))).toBe('ATTEMPT_FENCED');
      await fenceOf(1, 'run-2');
      expect(await codeOf(fenceOf(1))).toBe('ATTEMPT_FENCED');
    });

    it('refuses a stalled attempt that wakes up, and it leaves nothing behind', async () => {
      const stalled = await fenceOf(1);
      const newer = await fenceOf(2);
      expect(await codeOf(artifacts.publish(aBatch('old'), { key: 'step', fence: stalled, now: NOW }))).toBe(
        'ATTEMPT_FENCED',
      );
      expect(await opened.objects.list('manifests/')).toEqual([]);
      expect(await artifacts.findStep('step')).toBeNull();
      const id = await artifacts.publish(aBatch('new'), { key: 'step', fence: newer, now: NOW });
      expect(await codeOf(artifacts.publish(aBatch('old'), { key: 'step', fence: stalled, now: NOW }))).toBe(
        'ATTEMPT_FENCED',
      );
      expect(await opened.objects.list('manifests/')).toEqual([manifestKey('SourceBatch', id)]);
    });

    it('finishes a step once: another artifact for it is refused', async () => {
      const id = await artifacts.publish(aBatch('a'), { key: 'step', fence: await fenceOf(1), now: NOW });
      const later = await fenceOf(1, 'run-2');
      expect(await codeOf(artifacts.publish(aBatch('b'), { key: 'step', fence: later, now: NOW }))).toBe(
        'ATTEMPT_FENCED',
      );
      expect(await artifacts.findStep('step')).toBe(id);
    });

    it('lets exactly one of 20 racing attempts publish', async () => {
      const outcomes = await Promise.all(
        Array.from({ length: 20 }, async (_, index) => {
          const store = await opened.another();
          try {
            const fence = await store.acquireFence('step', { runId: `run-${index}`, attempt: 1 });
            return await store.publish(aBatch(`by ${index}`), { key: 'step', fence, now: NOW });
          } catch (thrown) {
            return codeOf(Promise.reject(thrown));
          }
        }),
      );
      const published = outcomes.filter((outcome) => outcome !== 'ATTEMPT_FENCED');
      expect(published).toHaveLength(1);
      expect(await artifacts.findStep('step')).toBe(published[0]);
    });

    it('says OBJECT_NOT_FOUND of an unknown id and OBJECT_CORRUPT of a damaged manifest', async () => {
      const id = await artifacts.publish(aBatch('a'), { key: 'step', fence: await fenceOf(1), now: NOW });
      expect(await codeOf(artifacts.get('SourceBatch', 'f'.repeat(64)))).toBe('OBJECT_NOT_FOUND');
      await opened.objects.put(manifestKey('SourceBatch', id), new TextEncoder().encode('{"kind":'));
      expect(await codeOf(artifacts.get('SourceBatch', id))).toBe('OBJECT_CORRUPT');
      await artifacts.publish(aBatch('a'), { key: 'step', fence: await fenceOf(2), now: NOW });
      expect(await artifacts.get('SourceBatch', id)).toEqual(aBatch('a'));
    });
  });
};
