export { type Classified, classify, toClassifyResponse } from './classify.js';
export { type Extracted, extract, toExtractResponse } from './extract.js';
export type { LoadedModel } from './loadModel.js';
export { createModelHost, type ModelHost, type ModelHostOptions, type ServedAlias } from './modelHost.js';
export type { ServingObserver } from './observer.js';
export { createPredictionBuffer, type PredictionBuffer } from './predictionBuffer.js';
export { relate } from './relate.js';
