export { readCheckpointFolder } from './checkpointFolder.js';
export { type GgufModel, readGgufFile } from './gguf/llama.js';
export {
  readSafetensors,
  readSafetensorsFile,
  type SafetensorsFile,
  writeSafetensors,
} from './safetensors.js';
export { writeCheckpointFolder } from './writeCheckpointFolder.js';
