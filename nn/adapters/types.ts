import type { Tensor } from '../tensor.js';

/** What decides a LoRA adapter's arithmetic (Hu et al. 2022), under the meaning PEFT's LoraConfig gives it. */
export interface LoraConfig {
  /** Inner width of the two factors. */
  readonly rank: number;
  /** The product of the factors is multiplied by alpha / rank. */
  readonly alpha: number;
  /** Adapted modules: a full name, or the end of one after a dot, such as `query` or `attn.c_attn`. */
  readonly targetModules: readonly string[];
  /** Modules trained and kept as a whole, such as a new head, named in the same way. */
  readonly modulesToSave: readonly string[];
  /** Divides alpha by the root of the rank instead (Kalajdzievski 2023). */
  readonly useRslora: boolean;
  /** Whether the adapted weights are [in, out], as GPT-2's are, and not [out, in]. */
  readonly fanInFanOut: boolean;
}

/**
 * A LoRA adapter. `parameters` are what it trains, float32: `MODULE.lora_A.weight` [rank, in] and
 * `MODULE.lora_B.weight` [out, rank] for each adapted module, and the parameters of `modulesToSave` under their own
 * names.
 */
export interface LoraAdapter {
  readonly config: LoraConfig;
  readonly parameters: ReadonlyMap<string, Tensor>;
}

const A_SUFFIX = '.lora_A.weight';

/** Names of a module's two factors. */
export function factorNames(module: string): { readonly a: string; readonly b: string } {
  return { a: `${module}${A_SUFFIX}`, b: `${module}.lora_B.weight` };
}

/** The adapted modules, in the order of the parameters. */
export function adaptedModules({ parameters }: LoraAdapter): string[] {
  return [...parameters.keys()]
    .filter((name) => name.endsWith(A_SUFFIX))
    .map((name) => name.slice(0, -A_SUFFIX.length));
}

/** What the product of the factors is multiplied by. */
export function loraScale({ alpha, rank, useRslora }: LoraConfig): number {
  return alpha / (useRslora ? Math.sqrt(rank) : rank);
}

/** Whether `pattern` names `module`: all of it, or its end after a dot. */
export function namesModule(pattern: string, module: string): boolean {
  return module === pattern || module.endsWith(`.${pattern}`);
}
