import { NnError } from '../errors.js';
import type { LoraConfig } from './types.js';

/** Tasks as PEFT names them. */
export type PeftTask =
  | 'SEQ_CLS'
  | 'TOKEN_CLS'
  | 'QUESTION_ANS'
  | 'CAUSAL_LM'
  | 'SEQ_2_SEQ_LM'
  | 'FEATURE_EXTRACTION';

export interface PeftOptions {
  /** Name or folder of the model that was adapted. */
  readonly baseModel: string;
  /** Null where PEFT has no task of this kind. */
  readonly task: PeftTask | null;
}

/** Settings under which the saved factors mean something else, or only part of the change. */
const MUST_BE_OFF = [
  'alora_invocation_tokens',
  'alpha_pattern',
  'arrow_config',
  'kasa_config',
  'layer_replication',
  'lora_bias',
  'monteclora_config',
  'rank_pattern',
  'target_parameters',
  'trainable_token_indices',
  'use_bdlora',
  'use_dora',
  'use_qalora',
  'velora_config',
] as const;

const COUNT_MAX = 1_000_000;

type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads PEFT's `adapter_config.json`. `modules` are those the weights adapt, the targets where the file has a regular
 * expression for them. Dropout is passed over: it has no part in what was learned.
 * Throws BASE_MODEL_UNSUPPORTED, saying what was found, for another kind of adapter.
 */
export function parsePeftConfig(json: unknown, modules: readonly string[]): LoraConfig {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw new NnError('BASE_MODEL_UNSUPPORTED', 'adapter_config.json must hold an object');
  }
  const fields = json as Fields;
  if (fields['peft_type'] !== 'LORA') throw unsupported(fields, 'peft_type', '"LORA"');
  if (fields['bias'] !== undefined && fields['bias'] !== 'none') throw unsupported(fields, 'bias', '"none"');
  for (const name of MUST_BE_OFF) {
    if (!isOff(fields[name])) throw unsupported(fields, name, 'off');
  }
  const rank = fields['r'];
  if (typeof rank !== 'number' || !Number.isInteger(rank) || rank < 1 || rank > COUNT_MAX) {
    throw unsupported(fields, 'r', `a whole number from 1 to ${COUNT_MAX}`);
  }
  const alpha = fields['lora_alpha'];
  if (typeof alpha !== 'number' || !Number.isFinite(alpha))
    throw unsupported(fields, 'lora_alpha', 'a number');
  const targets = fields['target_modules'];
  return {
    rank,
    alpha,
    targetModules: typeof targets === 'string' ? modules : names(fields, 'target_modules'),
    modulesToSave: fields['modules_to_save'] == null ? [] : names(fields, 'modules_to_save'),
    useRslora: flag(fields, 'use_rslora'),
    fanInFanOut: flag(fields, 'fan_in_fan_out'),
  };
}

/** The file that `PeftModel.from_pretrained` reads. */
export function formatPeftConfig(config: LoraConfig, { baseModel, task }: PeftOptions): string {
  const fields = {
    base_model_name_or_path: baseModel,
    bias: 'none',
    fan_in_fan_out: config.fanInFanOut,
    inference_mode: true,
    init_lora_weights: true,
    lora_alpha: config.alpha,
    lora_dropout: 0,
    modules_to_save: config.modulesToSave.length === 0 ? null : config.modulesToSave,
    peft_type: 'LORA',
    r: config.rank,
    target_modules: config.targetModules,
    task_type: task,
    use_rslora: config.useRslora,
  };
  return `${JSON.stringify(fields, null, 2)}\n`;
}

/** Absent, null, false, or an empty list or object. */
function isOff(value: unknown): boolean {
  return value === undefined || value === null || value === false || isEmpty(value);
}

function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}

function names(fields: Fields, name: string): string[] {
  const value = fields[name];
  if (!Array.isArray(value) || !value.every((item): item is string => typeof item === 'string')) {
    throw unsupported(fields, name, 'a list of names');
  }
  return value;
}

function flag(fields: Fields, name: string): boolean {
  const value = fields[name] ?? false;
  if (typeof value !== 'boolean') throw unsupported(fields, name, 'true or false');
  return value;
}

function unsupported(fields: Fields, name: string, wanted: string): NnError {
  const found = fields[name];
  return new NnError(
    'BASE_MODEL_UNSUPPORTED',
    `adapter_config.json: ${name} must be ${wanted}, found ${JSON.stringify(found) ?? 'nothing'}`,
    { details: { field: name, found } },
  );
}
