import { NnError } from '../../errors.js';
import type { Tensor } from '../../tensor.js';
import { readSafetensors } from '../../weights/index.js';

/** A checkpoint and what another implementation computes for it. */
export interface ReferenceCase {
  readonly configJson: unknown;
  readonly weights: ReadonlyMap<string, Tensor>;
  /** Inputs, labels and outputs by name. */
  readonly tensors: ReadonlyMap<string, Tensor>;
  readonly gradients: ReadonlyMap<string, Tensor>;
  readonly expected: Expected;
}

export interface Expected {
  readonly loss: number;
  /** The losses of consecutive AdamW steps on the case, the first before any step. */
  readonly losses: readonly number[];
  readonly adamw: {
    readonly learningRate: number;
    readonly beta1: number;
    readonly beta2: number;
    readonly epsilon: number;
    readonly weightDecay: number;
  };
  /** Row 0's tokens of greedy generation, with prompt or start token; null for a model that does not generate. */
  readonly greedyTokens: readonly number[] | null;
}

/**
 * Reads config.json, model.safetensors, case.safetensors, gradients.safetensors and expected.json. Throws
 * WEIGHTS_CORRUPT for one that is missing or does not hold what it must.
 */
export function readReferenceCase(files: ReadonlyMap<string, Uint8Array>): ReferenceCase {
  const read = (name: string) => {
    const bytes = files.get(name);
    if (!bytes) throw corrupt(`${name} is missing`);
    return bytes;
  };
  return {
    configJson: json('config.json', read('config.json')),
    weights: readSafetensors(read('model.safetensors')),
    tensors: readSafetensors(read('case.safetensors')),
    gradients: readSafetensors(read('gradients.safetensors')),
    expected: parseExpected(json('expected.json', read('expected.json'))),
  };
}

/** A tensor of the case. Throws WEIGHTS_CORRUPT. */
export function tensorOf({ tensors }: ReferenceCase, name: string): Tensor {
  const tensor = tensors.get(name);
  if (!tensor) throw corrupt(`case.safetensors has no '${name}'`);
  return tensor;
}

function parseExpected(value: unknown): Expected {
  const fields = (value ?? {}) as Readonly<Record<string, unknown>>;
  const adamw = (fields['adamw'] ?? {}) as Readonly<Record<string, unknown>>;
  const [beta1, beta2] = numbers('adamw.betas', adamw['betas']);
  const greedy = Object.keys(fields).find((name) => name.startsWith('greedy_'));
  return {
    loss: number('loss', fields['loss']),
    losses: numbers('losses_10_adamw_steps', fields['losses_10_adamw_steps']),
    adamw: {
      learningRate: number('adamw.lr', adamw['lr']),
      beta1: number('adamw.betas', beta1),
      beta2: number('adamw.betas', beta2),
      epsilon: number('adamw.eps', adamw['eps']),
      weightDecay: number('adamw.weight_decay', adamw['weight_decay']),
    },
    greedyTokens: greedy === undefined ? null : numbers(greedy, fields[greedy]),
  };
}

function number(name: string, value: unknown): number {
  if (typeof value === 'number') return value;
  throw corrupt(`expected.json: ${name} must be a number, found ${JSON.stringify(value) ?? 'nothing'}`);
}

function numbers(name: string, value: unknown): number[] {
  if (Array.isArray(value) && value.length > 0) return value.map((item) => number(name, item));
  throw corrupt(`expected.json: ${name} must list numbers, found ${JSON.stringify(value) ?? 'nothing'}`);
}

function json(name: string, bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw corrupt(`${name} is not JSON`, cause);
  }
}

function corrupt(found: string, cause?: unknown): NnError {
  return new NnError('WEIGHTS_CORRUPT', `the reference folder cannot be used: ${found}`, { cause });
}
