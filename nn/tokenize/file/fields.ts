import { NnError } from '../../errors.js';

export type Json = Readonly<Record<string, unknown>>;

/** Far above any real vocabulary (the largest have 260,000 tokens), far below what an embedding could hold. */
export const IDS_MAX = 2 ** 24;

/** The longest token of real vocabularies are 128 spaces; the work of some models is quadratic in this length. */
export const TOKEN_LENGTH_MAX = 512;

/** Characters of one text. A run of five million spaces makes GPT-2's expression end the process. */
export const TEXT_LENGTH_MAX = 1_000_000;

export function invalid(found: string, cause?: unknown): NnError {
  return new NnError(
    'TOKENIZER_INVALID',
    `not a usable tokenizer.json: ${found}; take the one that belongs to the base model`,
    { cause },
  );
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function record(value: unknown, where: string): Json {
  if (!isRecord(value)) throw invalid(`${where} is not an object`);
  return value;
}

export function list(value: unknown, where: string): readonly unknown[] {
  if (!Array.isArray(value)) throw invalid(`${where} is not a list`);
  return value;
}

/** A string that is well-formed and no longer than a token may be. */
export function text(value: unknown, where: string): string {
  if (typeof value !== 'string') throw invalid(`${where} is not a string`);
  if (value.length > TOKEN_LENGTH_MAX) {
    throw invalid(`${where} has ${value.length} characters, more than ${TOKEN_LENGTH_MAX}`);
  }
  if (LONE_SURROGATE.test(value)) throw invalid(`${where} is not well-formed Unicode`);
  return value;
}

/** A whole number from 0 up to, not including, `end`. */
export function natural(value: unknown, end: number, where: string): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value >= end) {
    throw invalid(`${where} is not a whole number from 0 to ${end - 1}`);
  }
  return value;
}

export function flag(value: unknown, where: string): boolean {
  if (typeof value !== 'boolean') throw invalid(`${where} is not true or false`);
  return value;
}

/** One of the `names`, such as the type of a component. */
export function oneOf<Name extends string>(value: unknown, names: readonly Name[], where: string): Name {
  const found = names.find((name) => name === value);
  if (found === undefined) {
    throw invalid(`${where} is ${JSON.stringify(value)?.slice(0, 80)}; known are ${names.join(', ')}`);
  }
  return found;
}

const LONE_SURROGATE = /\p{Surrogate}/u;
