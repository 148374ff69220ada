export {
  readSafetensors,
  readSafetensorsFile,
  type SafetensorsFile,
  writeSafetensors,
} from './safetensors.js';
