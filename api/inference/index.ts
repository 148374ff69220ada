export type { InferenceDependencies } from './dependencies.js';
export { createInferenceServer } from './server.js';
