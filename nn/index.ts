export { NN_ERROR_CODES, NnError, type NnErrorCode } from './errors.js';
export { createRunner } from './exec/onnxRuntime.js';
export type { Provider, Runner, RunnerOptions } from './exec/runner.js';
export * from './generate/index.js';
export { type DecodedModel, decodeModel } from './graph/decode.js';
export { buildModel, exportOnnx, type ModelSource, taskOf } from './models/buildModel.js';
export { buildClassifier, type ClassifierSource } from './models/classifier.js';
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
export { Random } from './random.js';
export type { DType, Tensor } from './tensor.js';
export { type Encoded, type EncodeOptions, loadTokenizer, type Tokenizer } from './tokenize/index.js';
export * from './train/index.js';
export {
  readSafetensors,
  readSafetensorsFile,
  type SafetensorsFile,
  writeSafetensors,
} from './weights/index.js';
