import { buildModel, type ModelSource } from './buildModel.js';
import { familyOfType } from './families.js';
import { type Classifier, MODEL_TYPES, type Model, type ModelType } from './types.js';

export type ClassifierSource = Omit<ModelSource, 'task' | 'labels'> & Required<Pick<ModelSource, 'labels'>>;

/** A model that gives each text one of `labels`. Throws as `buildModel` does. */
export function buildClassifier(source: ClassifierSource): Classifier {
  return buildModel({ ...source, task: 'sequence-classification' });
}

/** The `model_type` values whose family has a head that classifies texts. */
export const CLASSIFIER_MODEL_TYPES: readonly ModelType[] = MODEL_TYPES.filter(
  (type) => familyOfType(type).tasks['sequence-classification'] !== undefined,
);

/** `transformers`' class that loads the model, such as `BertForSequenceClassification`. */
export function architectureOf({ modelType, task }: Model): string {
  // A model of the task exists only where its family has the head.
  return familyOfType(modelType).tasks[task]!;
}
