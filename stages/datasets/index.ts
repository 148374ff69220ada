export { buildDataset } from './buildDataset.js';
export { diffDatasets } from './diffDatasets.js';
