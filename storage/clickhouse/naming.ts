/** Columns are snake_case, row types camelCase; this is the one place that knows. */
export const columnName = (member: string): string =>
  member.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

const memberName = (column: string): string =>
  column.replace(/_([a-z])/g, (_match, letter: string) => letter.toUpperCase());

const renamed = (row: object, name: (key: string) => string): Record<string, unknown> =>
  Object.fromEntries(Object.entries(row).map(([key, value]) => [name(key), value]));

export const toColumns = (row: object): Record<string, unknown> => renamed(row, columnName);
export const fromColumns = (row: object): Record<string, unknown> => renamed(row, memberName);
