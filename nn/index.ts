export {
  createLora,
  type LoraAdapter,
  type LoraRequest,
  mergeLora,
  type PeftFiles,
  readPeftAdapter,
  writePeftAdapter,
} from './adapters/index.js';
export * from './entities/index.js';
export { NN_ERROR_CODES, NnError, type NnErrorCode } from './errors.js';
export { createRunner } from './exec/createRunner.js';
export type { LoadableModel, Provider, Runner, RunnerOptions } from './exec/runner.js';
export * from './generate/index.js';
export { type DecodedModel, decodeModel } from './graph/decode.js';
export { readModelFile, writeModelFile } from './graph/modelFile.js';
export { buildModel, exportOnnx, type ModelSource, taskOf, writeOnnxFile } from './models/buildModel.js';
export {
  architectureOf,
  buildClassifier,
  CLASSIFIER_MODEL_TYPES,
  type ClassifierSource,
} from './models/classifier.js';
export { configText } from './models/configText.js';
export { growCheckpoint } from './models/growCheckpoint.js';
export { buildEvaluationModel, buildTrainingGraph, type TrainingOptions } from './models/training.js';
export {
  type Classifier,
  gradientName,
  type Model,
  type ModelConfig,
  type ModelType,
  type Task,
  type TrainingGraph,
} from './models/types.js';
export { VERIFICATION_TOLERANCES, type Verification, verifyModel } from './models/verifyModel.js';
export { graphFlops } from './ops/cost.js';
export { createOptimizer, type OptimizerSettings } from './optim/index.js';
export * from './plan/index.js';
export { Random } from './random.js';
export type { DType, Tensor } from './tensor.js';
export * from './tokenize/index.js';
export * from './train/index.js';
export {
  countCheckpointParameters,
  describeGgufFile,
  type GgufDescription,
  type GgufModel,
  type ModelWeights,
  readCheckpointFolder,
  readCheckpointIndex,
  readGgufFile,
  readModelWeights,
  readSafetensors,
  readSafetensorsFile,
  type SafetensorsFile,
  writeCheckpointFolder,
  writeSafetensors,
  writeSafetensorsFile,
} from './weights/index.js';
