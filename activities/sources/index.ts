import { CollectSourceInput } from '../../contracts/index.js';
import { collectSource } from '../../stages/sources/index.js';
import type { SourcesContext } from '../../stages/sources/ports.js';
import { defineActivity, type EdgeDependencies, type PortsOf } from '../_edge.js';

export interface SourcesDependencies extends EdgeDependencies, PortsOf<SourcesContext> {}

export const createSourcesActivities = (deps: SourcesDependencies) => ({
  collectSource: defineActivity(deps, {
    name: 'collectSource',
    input: CollectSourceInput,
    run: ({ ctx, input }) => collectSource({ ctx: { ...deps, ...ctx }, input }),
  }),
});
