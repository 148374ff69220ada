import { z } from 'zod';
import {
  CollectionFailure,
  CollectSourceInput,
  Name,
  Sha256,
  TestSourceInput,
} from '../../contracts/index.js';
import {
  collectCatalogSource,
  collectSource,
  noteCollection,
  testSource,
} from '../../stages/sources/index.js';
import type { SourceSchedules, SourcesContext } from '../../stages/sources/ports.js';
import { defineActivity, type EdgeDependencies, type PortsOf } from '../_edge.js';

export interface SourcesDependencies extends EdgeDependencies, PortsOf<SourcesContext> {
  readonly schedules: Pick<SourceSchedules, 'pause'>;
}

const CollectionNote = z.strictObject({
  source: Name,
  failure: CollectionFailure.nullable(),
  batchId: Sha256.nullable(),
});

export const createSourcesActivities = (deps: SourcesDependencies) => ({
  collectSource: defineActivity(deps, {
    name: 'collectSource',
    input: CollectSourceInput,
    run: ({ ctx, input }) => collectSource({ ctx: { ...deps, ...ctx }, input }),
  }),
  collectCatalogSource: defineActivity(deps, {
    name: 'collectCatalogSource',
    input: z.strictObject({ source: Name }),
    run: ({ ctx, input }) => collectCatalogSource({ ctx: { ...deps, ...ctx }, input }),
  }),
  noteCollection: defineActivity(deps, {
    name: 'noteCollection',
    input: CollectionNote,
    run: ({ ctx, input }) => noteCollection({ ctx: { ...deps, ...ctx }, input }),
  }),
  testSource: defineActivity(deps, {
    name: 'testSource',
    input: TestSourceInput,
    run: ({ ctx, input }) => testSource({ ctx: { ...deps, ...ctx }, input }),
  }),
});
