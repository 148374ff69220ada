export { buildDataset } from './buildDataset.js';
