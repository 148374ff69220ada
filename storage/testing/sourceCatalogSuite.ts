import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SourceEntry } from '../../contracts/index.js';
import type { SourceCatalog } from '../../stages/sources/ports.js';
import { NOW } from './artifacts.js';
import { codeOf } from './errors.js';

interface Opened {
  readonly sources: SourceCatalog;
  readonly close: () => Promise<void>;
}

const anEntry = (name: string) =>
  SourceEntry.parse({
    apiVersion: 'plumbline/v1',
    labels: ['ham', 'spam'],
    source: {
      name,
      connector: 'files',
      include: ['**/*'],
      format: 'jsonl',
      label: { from: 'field', field: 'label' },
    },
    schedule: { everyMinutes: 5 },
  });

/** What every catalog of sources must do. `open` gives an empty one. */
export const sourceCatalogSuite = (name: string, open: () => Promise<Opened>): void => {
  describe(`catalog of sources: ${name}`, () => {
    let opened: Opened;
    beforeEach(async () => {
      opened = await open();
    });
    afterEach(() => opened.close());

    it('keeps sources by name, once each', async () => {
      const { sources } = opened;
      expect(await sources.list()).toEqual([]);
      const created = await sources.create(anEntry('mails'), NOW);
      expect(created).toMatchObject({ name: 'mails', pausedBecause: null, failures: 0, createdAt: NOW });
      await sources.create(anEntry('calls'), NOW);
      expect(await codeOf(sources.create(anEntry('mails'), NOW))).toBe('SOURCE_EXISTS');
      expect((await sources.list()).map((state) => state.name)).toEqual(['calls', 'mails']);
      expect(await sources.get('mails')).toEqual(created);
    });

    it('changes a source by what it is, none of 20 changes at once being lost', async () => {
      const { sources } = opened;
      await sources.create(anEntry('mails'), NOW);
      await Promise.all(
        Array.from({ length: 20 }, () =>
          sources.change('mails', ({ failures }) => ({ failures: failures + 1 })),
        ),
      );
      const lastFailure = { code: 'SOURCE_REFUSED', message: 'no "quotes" \u0000 lost', at: NOW };
      await sources.change('mails', () => ({ lastFailure, pausedBecause: 'too many' }));
      expect(await sources.get('mails')).toMatchObject({
        failures: 20,
        lastFailure,
        pausedBecause: 'too many',
      });
    });

    it('forgets a source that is removed, and says so of one that is not there', async () => {
      const { sources } = opened;
      await sources.create(anEntry('mails'), NOW);
      await sources.remove('mails');
      for (const work of [sources.get('mails'), sources.remove('mails'), sources.change('mails', () => ({}))])
        expect(await codeOf(work)).toBe('SOURCE_NOT_FOUND');
      await sources.create(anEntry('mails'), NOW);
    });
  });
};
