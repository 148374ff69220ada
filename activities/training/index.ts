import { TrainModelInput } from '../../contracts/index.js';
import { trainModel } from '../../stages/training/index.js';
import type { TrainingContext } from '../../stages/training/ports.js';
import { defineActivity, type EdgeDependencies, type PortsOf } from '../_edge.js';

export interface TrainingDependencies extends EdgeDependencies, PortsOf<TrainingContext> {}

export const createTrainingActivities = (deps: TrainingDependencies) => ({
  trainModel: defineActivity(deps, {
    name: 'trainModel',
    input: TrainModelInput,
    run: ({ ctx, input }) => trainModel({ ctx: { ...deps, ...ctx }, input }),
  }),
});
