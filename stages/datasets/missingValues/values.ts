export type Row = Readonly<Record<string, unknown>>;
export type Value = string | number;

/** The field's value, or null where it is missing: absent, null, blank, or no text, number or truth value. */
export const fieldOf = (row: Row, field: string): Value | null => {
  const value = Object.hasOwn(row, field) ? row[field] : undefined;
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value === 'boolean') return String(value);
  if (value !== null && typeof value === 'object') return JSON.stringify(value);
  return typeof value === 'string' && value.trim() !== '' ? value : null;
};

/** A number, also one written as text. */
export const numberOf = (value: Value | null): number | null => {
  if (typeof value === 'number') return value;
  if (value === null || !/^\s*[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?\s*$/i.test(value)) return null;
  const number = Number(value);
  return Number.isFinite(number) ? number : null;
};
