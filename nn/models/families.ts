import { bert } from './bert/family.js';
import { type ConfigFields, oneOf } from './configFields.js';
import type { Family } from './family.js';
import { gpt2 } from './gpt2/family.js';
import { llama } from './llama/family.js';
import { roberta } from './roberta/family.js';
import { t5 } from './t5/family.js';
import { MODEL_TYPES, type ModelConfig, type ModelConfigs, type ModelType } from './types.js';

/** Every family; one without an entry does not compile. */
const FAMILIES: { readonly [T in ModelType]: Family<ModelConfigs[T]> } = { bert, roberta, gpt2, llama, t5 };

/** The family a `config.json` names. Throws BASE_MODEL_UNSUPPORTED. */
export function familyOf(fields: ConfigFields): Family<ModelConfig> {
  return familyOfType(oneOf(fields, 'model_type', MODEL_TYPES));
}

/** The family whose `readConfig` made a config of that type. */
export function familyOfType(type: ModelType): Family<ModelConfig> {
  // A family only meets configs that it read itself, which the compiler cannot follow through the table.
  return FAMILIES[type] as unknown as Family<ModelConfig>;
}
