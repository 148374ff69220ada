import { buildModel, type ModelSource } from './buildModel.js';
import type { Classifier } from './types.js';

export type ClassifierSource = Omit<ModelSource, 'task' | 'labels'> & Required<Pick<ModelSource, 'labels'>>;

/** A model that gives each text one of `labels`. Throws as `buildModel` does. */
export function buildClassifier(source: ClassifierSource): Classifier {
  return buildModel({ ...source, task: 'sequence-classification' });
}
