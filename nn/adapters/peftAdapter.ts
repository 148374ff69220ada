import { NnError } from '../errors.js';
import type { Tensor } from '../tensor.js';
import { readSafetensors, writeSafetensors } from '../weights/safetensors.js';
import { formatPeftConfig, type PeftOptions, parsePeftConfig } from './peftConfig.js';
import { factorNames, type LoraAdapter } from './types.js';

/** The two files of PEFT's adapter folder. */
export interface PeftFiles {
  /** `adapter_config.json`. */
  readonly configJson: string;
  /** `adapter_model.safetensors`. */
  readonly weights: Uint8Array;
}

/** PEFT wraps the model twice and keeps the wrappers' names. */
const PREFIX = 'base_model.model.';

/**
 * A LoRA adapter as PEFT saved it. Throws BASE_MODEL_UNSUPPORTED for another kind of adapter, WEIGHTS_CORRUPT for files
 * that are damaged or do not belong together.
 */
export function readPeftAdapter({ configJson, weights }: PeftFiles): LoraAdapter {
  const parameters = new Map<string, Tensor>();
  for (const [name, tensor] of readSafetensors(weights)) {
    if (!name.startsWith(PREFIX)) throw corrupt(`'${name}' does not begin with '${PREFIX}'`);
    if (/\.lora_(?!(?:A|B)\.weight$)/.test(name)) {
      throw new NnError(
        'BASE_MODEL_UNSUPPORTED',
        `the adapter has '${name}', which is not of a linear layer's LoRA`,
      );
    }
    parameters.set(name.slice(PREFIX.length), tensor);
  }
  const modules = [...parameters.keys()].flatMap((name) => /^(.+)\.lora_[AB]\.weight$/.exec(name)?.[1] ?? []);
  const config = parsePeftConfig(parsedJson(configJson), [...new Set(modules)]);
  const adapter = { config, parameters };
  for (const module of new Set(modules)) requireFactors(module, adapter);
  if (modules.length === 0) throw corrupt('there is no adapted module');
  return adapter;
}

/** PEFT's adapter folder; `PeftModel.from_pretrained` loads it onto the base model. */
export function writePeftAdapter(adapter: LoraAdapter, options: PeftOptions): PeftFiles {
  const tensors = new Map([...adapter.parameters].map(([name, tensor]) => [`${PREFIX}${name}`, tensor]));
  return {
    configJson: formatPeftConfig(adapter.config, options),
    weights: writeSafetensors(tensors, { format: 'pt' }),
  };
}

function requireFactors(module: string, { config, parameters }: LoraAdapter): void {
  const { a, b } = factorNames(module);
  const [left, right] = [parameters.get(a), parameters.get(b)];
  const fits =
    left?.dtype === 'float32' &&
    right?.dtype === 'float32' &&
    left.dims.length === 2 &&
    right.dims.length === 2 &&
    left.dims[0] === config.rank &&
    right.dims[1] === config.rank;
  if (!fits) {
    throw corrupt(
      `'${module}' needs factors [${config.rank}, in] and [out, ${config.rank}], found [${left?.dims}] and [${right?.dims}]`,
    );
  }
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw corrupt('adapter_config.json is not JSON', cause);
  }
}

function corrupt(found: string, cause?: unknown): NnError {
  return new NnError('WEIGHTS_CORRUPT', `not a valid LoRA adapter: ${found}`, { cause });
}
