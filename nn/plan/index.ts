export { availableMemory } from './availableMemory.js';
export { blankModel } from './blankModel.js';
export { exampleWorkload } from './exampleWorkload.js';
export { type MemorySaving, memorySavings } from './requireMemory.js';
export { estimateTraining, type TrainingEstimate, type Workload } from './trainingEstimate.js';
