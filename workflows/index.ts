/** What a worker runs: the exported names are the Temporal workflow types, the keys of WORKFLOWS. */
export { buildDataset } from './buildDataset.js';
export { collectCatalogSource } from './collectCatalogSource.js';
export { collectSource } from './collectSource.js';
export { evaluateModel } from './evaluateModel.js';
export { lifecycle } from './lifecycle.js';
export { monitorDeployment } from './monitorDeployment.js';
export { promoteModel } from './promoteModel.js';
export { retrain } from './retrain.js';
export { testSource } from './testSource.js';
export { trainModel } from './trainModel.js';
