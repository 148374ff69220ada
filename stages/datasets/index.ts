export { buildDataset } from './buildDataset.js';
export { diffDatasets } from './diffDatasets.js';
export { type PreviewedRow, previewCleaning } from './previewCleaning.js';
export { RULES } from './rules/index.js';
