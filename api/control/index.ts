import type { HttpServer } from '../http/index.js';
import type { ControlDependencies } from './dependencies.js';
import { registerDatasetRoutes } from './routes/datasets.js';
import { registerInfoRoute } from './routes/info.js';
import { registerLineageRoutes } from './routes/lineage.js';
import { registerModelRoutes } from './routes/models.js';
import { registerRunRoutes } from './routes/runs.js';
import { registerSourceRoutes } from './routes/sources.js';
import { registerWorkflowRoutes } from './routes/workflows.js';

export type { ControlDependencies } from './dependencies.js';
export { registerSourceMetrics } from './sourceMetrics.js';
export { createSourceSchedules } from './sourceSchedules.js';
export { createTemporalGateway } from './temporal.js';

/** Adds every route of the control API: it starts, lists and queries workflows, and sends decisions. */
export const registerControlRoutes = (app: HttpServer, deps: ControlDependencies): void => {
  registerInfoRoute(app, deps);
  registerWorkflowRoutes(app, deps);
  registerRunRoutes(app, deps);
  registerModelRoutes(app, deps);
  registerDatasetRoutes(app, deps);
  registerLineageRoutes(app, deps);
  registerSourceRoutes(app, deps);
};
