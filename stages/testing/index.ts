export * from './entityCorpus.js';
export * from './files.js';
export * from './memory.js';
export * from './pipeline.js';
