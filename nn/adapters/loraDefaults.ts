import type { Model, ModelType } from '../models/types.js';
import type { LoraRequest } from './createLora.js';

/** The attention's layers that PEFT adapts where nothing else is said. */
const TARGETS: { readonly [T in ModelType]: readonly string[] } = {
  bert: ['query', 'value'],
  roberta: ['query', 'value'],
  gpt2: ['c_attn'],
  llama: ['q_proj', 'v_proj'],
  t5: ['q', 'v'],
};

/** New heads start from nothing, so that they are trained as a whole. */
const HEADS = ['classifier', 'score', 'qa_outputs'];

/** What a model is adapted in where nothing else is said: PEFT's targets of its family, and its new head. */
export function loraDefaults({
  modelType,
  parameters,
}: Model): Pick<LoraRequest, 'targetModules' | 'modulesToSave' | 'fanInFanOut'> {
  const names = [...parameters.keys()];
  return {
    targetModules: TARGETS[modelType],
    modulesToSave: HEADS.filter((head) => names.some((name) => name.startsWith(`${head}.`))),
    fanInFanOut: modelType === 'gpt2',
  };
}
