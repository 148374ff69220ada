import { NnError } from '../errors.js';
import { Random } from '../random.js';
import { elementCount, float32Data, float32Tensor, type Tensor } from '../tensor.js';
import { factorNames, type LoraAdapter, type LoraConfig, namesModule } from './types.js';

export interface LoraRequest {
  readonly rank: number;
  readonly alpha: number;
  readonly targetModules: readonly string[];
  readonly modulesToSave?: readonly string[];
  readonly useRslora?: boolean;
  readonly fanInFanOut?: boolean;
  /** Only 0: a training step is the same computation each time, which exact resumption rests on. */
  readonly dropout?: number;
}

/** Look-up tables: their LoRA is another computation, under other names in PEFT's files. */
const TABLE = /(?:^|\.)(?:\w*embeddings?|wte|wpe|embed_tokens|shared|relative_attention_bias)$/;

/**
 * A fresh adapter for a model's `parameters`, which changes nothing yet: A is drawn from the uniform distribution on
 * +-1/sqrt(in) by `seed` (Kaiming's with a = sqrt(5), as PEFT does), B is zero; the modules to save are copied.
 *
 * Throws BASE_MODEL_UNSUPPORTED for settings that no adapter has, a pattern that names nothing, or a look-up table.
 */
export function createLora(
  parameters: ReadonlyMap<string, Tensor>,
  request: LoraRequest,
  seed: number,
): LoraAdapter {
  const config = checkedConfig(request);
  const fresh = new Map<string, Tensor>();
  const random = new Random(seed);
  const used = new Set<string>();
  for (const [name, { dims }] of parameters) {
    if (!name.endsWith('.weight') || dims.length !== 2) continue;
    const module = name.slice(0, -'.weight'.length);
    const pattern = config.targetModules.find((target) => namesModule(target, module));
    if (pattern === undefined || config.modulesToSave.some((saved) => belongsTo(name, saved))) continue;
    if (TABLE.test(module)) throw refused(`'${module}' is a look-up table; take linear layers as targets`);
    used.add(pattern);
    const [output, input] = (config.fanInFanOut ? dims.toReversed() : dims) as [number, number];
    const { a, b } = factorNames(module);
    fresh.set(a, uniform([config.rank, input], 1 / Math.sqrt(input), random));
    fresh.set(b, float32Tensor([output, config.rank]));
  }
  for (const pattern of config.modulesToSave) {
    for (const [name, tensor] of parameters) {
      if (!belongsTo(name, pattern)) continue;
      used.add(pattern);
      fresh.set(name, float32Tensor(tensor.dims, float32Data(tensor).slice()));
    }
  }
  const unused = [...config.targetModules, ...config.modulesToSave].filter((pattern) => !used.has(pattern));
  if (unused.length > 0) throw refused(`no module of the model is named ${unused.join(', ')}`);
  return { config, parameters: fresh };
}

function checkedConfig(request: LoraRequest): LoraConfig {
  const { rank, alpha, targetModules, modulesToSave = [], dropout = 0 } = request;
  if (!Number.isSafeInteger(rank) || rank < 1)
    throw refused(`the rank must be a whole number from 1, not ${rank}`);
  if (!Number.isFinite(alpha) || alpha <= 0) throw refused(`alpha must be a number above 0, not ${alpha}`);
  if (targetModules.length === 0) throw refused('there is no target module');
  if (dropout !== 0) {
    throw refused(
      `dropout must be 0, not ${dropout}: training is deterministic here; use a lower rank or fewer steps`,
    );
  }
  const { useRslora = false, fanInFanOut = false } = request;
  return { rank, alpha, targetModules, modulesToSave, useRslora, fanInFanOut };
}

/** Whether a parameter is of the module that `pattern` names or of one inside it. */
function belongsTo(name: string, pattern: string): boolean {
  return `.${name}`.includes(`.${pattern}.`);
}

function uniform(dims: readonly number[], bound: number, random: Random): Tensor {
  const values = Float32Array.from({ length: elementCount(dims) }, () => (2 * random.uniform() - 1) * bound);
  return float32Tensor(dims, values);
}

function refused(found: string): NnError {
  return new NnError('BASE_MODEL_UNSUPPORTED', `LoRA: ${found}`);
}
