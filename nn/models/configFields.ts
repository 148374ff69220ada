import { NnError } from '../errors.js';

/** The content of a Hugging Face `config.json`, of which each family reads what decides its arithmetic. */
export type ConfigFields = Readonly<Record<string, unknown>>;

/** Throws BASE_MODEL_UNSUPPORTED for anything but an object. */
export function configFields(json: unknown): ConfigFields {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw new NnError('BASE_MODEL_UNSUPPORTED', 'config.json must hold an object');
  }
  return json as ConfigFields;
}

/** The field's value, one of `allowed`; `undefined` among them lets it be absent. Throws BASE_MODEL_UNSUPPORTED. */
export function oneOf<const T>(fields: ConfigFields, name: string, allowed: readonly T[]): T {
  const found = allowed.find((value) => value === fields[name]);
  if (found === undefined && !allowed.some((value) => value === fields[name])) {
    const wanted = allowed.filter((value) => value !== undefined).map((value) => JSON.stringify(value));
    throw unsupported(name, fields[name], wanted.join(' or '));
  }
  return found as T;
}

// Far above any published model; keeps a hostile file from asking for absurd allocations.
const COUNT_MAX = 1_000_000;

/** A whole number of at least 1, or `fallback` where the field is absent or null. Throws BASE_MODEL_UNSUPPORTED. */
export function count(fields: ConfigFields, name: string, fallback?: number): number {
  return whole(fields, name, 1, COUNT_MAX, fallback);
}

/** A whole number in a range, or `fallback` where the field is absent or null. Throws BASE_MODEL_UNSUPPORTED. */
export function whole(
  fields: ConfigFields,
  name: string,
  least: number,
  most: number,
  fallback?: number,
): number {
  const value = fields[name] ?? fallback;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > most) {
    throw unsupported(name, value, `a whole number from ${least} to ${most}`);
  }
  return value;
}

/** A number above 0 and below 1, such as a norm's epsilon. Throws BASE_MODEL_UNSUPPORTED. */
export function fraction(fields: ConfigFields, name: string, fallback: number): number {
  const value = fields[name] ?? fallback;
  if (typeof value !== 'number' || !(value > 0 && value < 1)) {
    throw unsupported(name, value, 'a number between 0 and 1');
  }
  return value;
}

/** A finite number above 0. Throws BASE_MODEL_UNSUPPORTED. */
export function positive(fields: ConfigFields, name: string, fallback?: number): number {
  const value = fields[name] ?? fallback;
  if (typeof value !== 'number' || !(value > 0 && value < Number.POSITIVE_INFINITY)) {
    throw unsupported(name, value, 'a number above 0');
  }
  return value;
}

/** A truth value, or `fallback` where the field is absent or null. Throws BASE_MODEL_UNSUPPORTED. */
export function flag(fields: ConfigFields, name: string, fallback: boolean): boolean {
  const value = fields[name] ?? fallback;
  if (typeof value !== 'boolean') throw unsupported(name, value, 'true or false');
  return value;
}

/** Throws BASE_MODEL_UNSUPPORTED where one count does not divide another. */
export function requireMultiple(name: string, value: number, divisorName: string, divisor: number): void {
  if (value % divisor !== 0) throw unsupported(name, value, `a multiple of ${divisorName} (${divisor})`);
}

export function unsupported(name: string, found: unknown, expected: string): NnError {
  return new NnError(
    'BASE_MODEL_UNSUPPORTED',
    `config.json: ${name} must be ${expected}, found ${JSON.stringify(found) ?? 'nothing'}`,
    { details: { field: name, expected, found } },
  );
}
