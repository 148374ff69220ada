export { countCheckpointParameters, readCheckpointFolder } from './checkpointFolder.js';
export { readCheckpointIndex } from './checkpointIndex.js';
export { describeGgufFile, type GgufDescription, type GgufModel, readGgufFile } from './gguf/llama.js';
export { type ModelWeights, readModelWeights } from './modelWeights.js';
export {
  readSafetensors,
  readSafetensorsFile,
  type SafetensorsFile,
  writeSafetensors,
} from './safetensors.js';
export { writeCheckpointFolder, writeSafetensorsFile } from './writeCheckpointFolder.js';
