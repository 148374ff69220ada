export { collectSource } from './collectSource.js';
export { sampleRecords } from './sampleRecords.js';
