import { corrupt } from './corrupt.js';
import type { Metadata, MetadataList } from './metadata.js';

// Far above any published model; keeps a hostile file from asking for absurd allocations.
const COUNT_MAX = 100_000_000;

/** A whole number from `least`, or undefined where the file has none. Throws WEIGHTS_CORRUPT for another value. */
export function optionalCount(metadata: Metadata, key: string, least = 1): number | undefined {
  const value = number(metadata, key);
  if (value === undefined) return undefined;
  if (!Number.isInteger(value) || value < least || value > COUNT_MAX)
    throw wrong(key, value, `a whole number from ${least}`);
  return value;
}

export function count(metadata: Metadata, key: string): number {
  return optionalCount(metadata, key) ?? missing(key);
}

export function optionalPositive(metadata: Metadata, key: string): number | undefined {
  const value = number(metadata, key);
  if (value !== undefined && !(value > 0 && value < Number.POSITIVE_INFINITY)) {
    throw wrong(key, value, 'a number above 0');
  }
  return value;
}

export function positive(metadata: Metadata, key: string): number {
  return optionalPositive(metadata, key) ?? missing(key);
}

export function optionalText(metadata: Metadata, key: string): string | undefined {
  const value = metadata.get(key);
  if (value !== undefined && typeof value !== 'string') throw wrong(key, value, 'a text');
  return value;
}

export function optionalFlag(metadata: Metadata, key: string): boolean | undefined {
  const value = metadata.get(key);
  if (value !== undefined && typeof value !== 'boolean') throw wrong(key, value, 'true or false');
  return value;
}

export function optionalTexts(metadata: Metadata, key: string): readonly string[] | undefined {
  const value = metadata.get(key);
  if (value !== undefined && !isTexts(value)) throw wrong(key, value, 'a list of texts');
  return value;
}

/** Numbers, one for each of `length` tokens. */
export function optionalNumbers(metadata: Metadata, key: string, length: number): number[] | undefined {
  const value = metadata.get(key);
  if (value === undefined) return undefined;
  if (typeof value !== 'object' || isTexts(value) || value.length !== length) {
    throw wrong(key, value, `a list of ${length} numbers`);
  }
  return Array.from(value as Iterable<number | bigint>, Number);
}

/** A token's number below `vocabularySize`. */
export function optionalToken(metadata: Metadata, key: string, vocabularySize: number): number | undefined {
  const value = number(metadata, key);
  if (value !== undefined && !(Number.isInteger(value) && value >= 0 && value < vocabularySize)) {
    throw wrong(key, value, `a token below ${vocabularySize}`);
  }
  return value;
}

function number(metadata: Metadata, key: string): number | undefined {
  const value = metadata.get(key);
  if (typeof value === 'bigint') return Number(value);
  if (value !== undefined && typeof value !== 'number') throw wrong(key, value, 'one number');
  return value;
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value);
}

function missing(key: string): never {
  throw corrupt(`metadata ${key} is missing`);
}

function wrong(key: string, value: string | number | bigint | boolean | MetadataList, wanted: string): Error {
  const found =
    typeof value === 'object' ? `a list of ${value.length}` : JSON.stringify(String(value)).slice(0, 80);
  return corrupt(`metadata ${key} must be ${wanted}, found ${found}`);
}
