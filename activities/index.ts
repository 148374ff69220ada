import { createDatasetsActivities, type DatasetsDependencies } from './datasets/index.js';
import { createMonitoringActivities, type MonitoringDependencies } from './monitoring/index.js';
import { createRegistryActivities, type RegistryDependencies } from './registry/index.js';
import { createSourcesActivities, type SourcesDependencies } from './sources/index.js';
import { createTrainingActivities, type TrainingDependencies } from './training/index.js';

export type { RetrainingCatalog } from './monitoring/ports.js';

/** Two stages call their readers of the same thing by the same name, with different needs. */
export interface ActivityDependencies {
  readonly sources: SourcesDependencies;
  readonly datasets: DatasetsDependencies;
  readonly training: TrainingDependencies;
  readonly registry: RegistryDependencies;
  readonly monitoring: MonitoringDependencies;
}

export const createActivities = (deps: ActivityDependencies) => ({
  ...createSourcesActivities(deps.sources),
  ...createDatasetsActivities(deps.datasets),
  ...createTrainingActivities(deps.training),
  ...createRegistryActivities(deps.registry),
  ...createMonitoringActivities(deps.monitoring),
});

/** Every activity by name: what workflows type their proxies with. */
export type Activities = ReturnType<typeof createActivities>;
