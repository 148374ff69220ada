import { BuildDatasetInput } from '../../contracts/index.js';
import { buildDataset } from '../../stages/datasets/index.js';
import type { DatasetsContext } from '../../stages/datasets/ports.js';
import { defineActivity, type EdgeDependencies, type PortsOf } from '../_edge.js';

export interface DatasetsDependencies extends EdgeDependencies, PortsOf<DatasetsContext> {}

export const createDatasetsActivities = (deps: DatasetsDependencies) => ({
  buildDataset: defineActivity(deps, {
    name: 'buildDataset',
    input: BuildDatasetInput,
    run: ({ ctx, input }) => buildDataset({ ctx: { ...deps, ...ctx }, input }),
  }),
});
