export { createLora, type LoraRequest } from './createLora.js';
export { loraDefaults } from './loraDefaults.js';
export { mergeLora } from './mergeLora.js';
export { type PeftFiles, readPeftAdapter, writePeftAdapter } from './peftAdapter.js';
export type { LoraAdapter } from './types.js';
