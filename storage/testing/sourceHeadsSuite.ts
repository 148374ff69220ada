import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { ArtifactStore } from '../../stages/ports.js';
import type { SourceHeads } from '../../stages/sources/ports.js';
import { aBatch, NOW } from './artifacts.js';
import { codeOf } from './errors.js';

interface Opened {
  readonly artifacts: ArtifactStore;
  readonly heads: SourceHeads;
  readonly close: () => Promise<void>;
}

/** What every keeper of sources' newest batches must do. `open` gives an empty store. */
export const sourceHeadsSuite = (name: string, open: () => Promise<Opened>): void => {
  describe(`source heads: ${name}`, () => {
    let opened: Opened;
    beforeEach(async () => {
      opened = await open();
    });
    afterEach(() => opened.close());

    const of = { pipeline: 'spam-triage', source: 'mails' };
    const advance = async (content: string, previous: string | null, runId = 'run-1') => {
      const key = `after ${previous}`;
      const fence = await opened.artifacts.acquireFence(key, { runId, attempt: 1 });
      const batch = { ...aBatch(content), cursor: { at: content }, ...(previous !== null && { previous }) };
      return opened.heads.advance(batch, { key, fence, now: NOW });
    };

    it('move with the batch that is published, source by source', async () => {
      expect(await opened.heads.head(of)).toBeNull();
      const first = await advance('a', null);
      expect(await opened.heads.head(of)).toBe(first);
      const second = await advance('b', first);
      expect(await opened.heads.head(of)).toBe(second);
      expect(await opened.artifacts.get('SourceBatch', second)).toMatchObject({ previous: first });
      expect(await opened.heads.head({ ...of, source: 'others' })).toBeNull();
      expect(await opened.heads.head({ ...of, pipeline: 'others' })).toBeNull();
    });

    it('refuse a second successor, and a successor of what is not the newest', async () => {
      const first = await advance('a', null);
      const second = await advance('b', first);
      expect(await codeOf(advance('other b', first, 'run-2'))).toBe('ATTEMPT_FENCED');
      expect(await codeOf(advance('c', 'f'.repeat(64), 'run-2'))).toBe('ATTEMPT_FENCED');
      expect(await opened.heads.head(of)).toBe(second);
    });

    it('give a repeated publication the answer that was lost', async () => {
      const first = await advance('a', null);
      expect(await advance('a', null)).toBe(first);
      expect(await opened.heads.head(of)).toBe(first);
    });

    it('stay where they are when a newer attempt holds the fence', async () => {
      const { artifacts, heads } = opened;
      const fence = await artifacts.acquireFence('step', { runId: 'run-1', attempt: 1 });
      await artifacts.acquireFence('step', { runId: 'run-1', attempt: 2 });
      expect(await codeOf(heads.advance(aBatch('a'), { key: 'step', fence, now: NOW }))).toBe(
        'ATTEMPT_FENCED',
      );
      expect(await heads.head(of)).toBeNull();
    });

    it('let one of 20 racing runs go on', async () => {
      const outcomes = await Promise.all(
        Array.from({ length: 20 }, (_, index) =>
          advance(`by ${index}`, null, `run-${index}`).catch((thrown: { code: string }) => thrown.code),
        ),
      );
      const published = outcomes.filter((outcome) => outcome !== 'ATTEMPT_FENCED');
      expect(published).toEqual([await opened.heads.head(of)]);
    });
  });
};
