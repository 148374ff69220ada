import type { Task } from '../../models/types.js';
import { causalLanguageModelling } from './causalLanguageModelling.js';
import { maskedLanguageModelling } from './maskedLanguageModelling.js';
import { questionAnswering } from './questionAnswering.js';
import { sentenceEmbedding } from './sentenceEmbedding.js';
import { seq2seqLanguageModelling } from './seq2seqLanguageModelling.js';
import { sequenceClassification } from './sequenceClassification.js';
import type { TaskTraining } from './taskTraining.js';
import { tokenClassification } from './tokenClassification.js';

const TASK_TRAININGS: { readonly [T in Task]: TaskTraining } = {
  'sequence-classification': sequenceClassification,
  'token-classification': tokenClassification,
  'question-answering': questionAnswering,
  'masked-lm': maskedLanguageModelling,
  'causal-lm': causalLanguageModelling,
  'seq2seq-lm': seq2seqLanguageModelling,
  'sentence-embedding': sentenceEmbedding,
};

export function taskTraining(task: Task): TaskTraining {
  return TASK_TRAININGS[task];
}
