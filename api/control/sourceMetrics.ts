import { Gauge, type Registry } from 'prom-client';
import type { SourceCatalog } from '../../stages/sources/ports.js';

/** What alert rules look at: sources that were paused, and how often each has failed since it last succeeded. */
export const registerSourceMetrics = (registry: Registry, sources: Pick<SourceCatalog, 'list'>): void => {
  const gauge = (
    name: string,
    help: string,
    figureOf: (state: Awaited<ReturnType<typeof sources.list>>[number]) => number,
  ) =>
    new Gauge({
      name,
      help,
      labelNames: ['source'],
      registers: [registry],
      async collect() {
        this.reset();
        // A scrape tells what it can: while the catalog is away, nothing of its sources.
        for (const state of await sources.list().catch(() => []))
          this.set({ source: state.name }, figureOf(state));
      },
    });
  gauge(
    'plumbline_source_failures',
    'Failed collections since the last that succeeded.',
    ({ failures }) => failures,
  );
  gauge('plumbline_source_paused', '1 while the source is paused.', ({ pausedBecause }) =>
    pausedBecause === null ? 0 : 1,
  );
};
